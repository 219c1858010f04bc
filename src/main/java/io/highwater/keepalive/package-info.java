/**
 * Pings that defeat idle timers, and the deadlines that end dead connections.
 *
 * <p>Entry type: {@link io.highwater.keepalive.PingScheduler}, one a node, which starts a {@link
 * io.highwater.keepalive.Keepalive} a session. All judgement happens on the thread that advances
 * the wheel; only Pongs come in on the session's.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.keepalive;
