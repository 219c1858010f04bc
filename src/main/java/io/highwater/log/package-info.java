/**
 * What holds the log to its form and its size. {@link io.highwater.log.LogLimit} bounds the lines
 * that peers can cause. Everything is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.log;
