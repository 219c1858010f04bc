/**
 * Monotonic time and the node's one timer wheel.
 *
 * <p>Entry types: {@link io.highwater.time.Ticker}, {@link io.highwater.time.TimerWheel}, {@link
 * io.highwater.time.TimerThread}. Timers fire on the thread that advances the wheel, one after the
 * other, and must not block it.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.time;
