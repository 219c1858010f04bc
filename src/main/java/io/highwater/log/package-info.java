/**
 * Controls the format and the size of the log. {@link io.highwater.log.LogLimit} limits the lines
 * that peers can cause. Everything is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.log;
