/**
 * The whole server over real sockets, as a process of its own where a process is the claim. Time
 * limits in here are guards and never the thing measured.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.system;
