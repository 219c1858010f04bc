/**
 * Pings that defeat idle timers, and the deadlines that end dead connections.
 *
 * <p>Entry type: {@link io.highwater.keepalive.PingScheduler}, one per node, which makes a {@link
 * io.highwater.keepalive.Keepalive} for each session. All decisions are made on the thread that
 * advances the wheel; only Pongs come in on the session's thread.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.keepalive;
