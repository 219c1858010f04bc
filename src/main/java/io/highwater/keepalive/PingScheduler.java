package io.highwater.keepalive;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Wire;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Makes the {@link Keepalive} of each session of a node and holds what they share. Thread-safe.
 *
 * <p>Pings are spread: the first comes at a random point of the interval. Otherwise ten thousand
 * sessions of one reconnect storm would be pinged in the same instant forever. Sessions of one
 * HTTP/2 connection are pinged together instead, so that their Pings share writes and packets.
 */
public final class PingScheduler {
    private final TimerWheel wheel;
    private final Ticker ticker;
    private final KeepaliveObserver observer;
    private final LogLimit logs;
    private final long secret;

    // Durations of the settings, unpacked once.
    private final long pingIntervalNanos;
    private final long pongTimeoutNanos;
    private final long idleTimeoutNanos;
    private final long slowWriteTimeoutNanos;
    private final Duration evictLinger;

    /**
     * @param evictLinger how long a peer that takes no byte may take to read its Close; the value
     *     of the outbound settings
     * @param random the node's; seeds the spread of Pings and the payloads that identify our Pongs
     */
    public PingScheduler(
            KeepaliveSettings settings,
            Duration evictLinger,
            TimerWheel wheel,
            Ticker ticker,
            KeepaliveObserver observer,
            SplittableRandom random,
            LogLimit logs) {
        this.wheel = wheel;
        this.ticker = ticker;
        this.observer = observer;
        this.logs = logs;
        this.secret = random.nextLong();
        this.pingIntervalNanos = settings.pingInterval().toNanos();
        this.pongTimeoutNanos = settings.pongTimeout().toNanos();
        this.idleTimeoutNanos = settings.idleTimeout().toNanos();
        this.slowWriteTimeoutNanos = settings.slowWriteTimeout().toNanos();
        this.evictLinger = evictLinger;
    }

    /**
     * Makes what keeps a session alive from {@link Keepalive#start} on.
     *
     * @param group one object for all sessions of a TCP connection, identified by its hash code
     */
    public Keepalive keepalive(Wire wire, Object group) {
        return new Keepalive(wire, this, phaseNanos(ticker.nanoTime(), group));
    }

    /**
     * Ends a session in which no message passes for {@code maxIdle}, in either direction. This is
     * what Jakarta's setMaxIdleTimeout asks for; a Pong does not count as a sign of life there.
     */
    public MaxIdle startMaxIdle(Wire wire, Duration maxIdle) {
        MaxIdle idle = new MaxIdle(wire, wheel, maxIdle.toNanos());
        idle.start(ticker.nanoTime());
        return idle;
    }

    /** The last point of time in the group's phase: one interval before the first Ping. */
    private long phaseNanos(long now, Object group) {
        if (pingIntervalNanos == 0) {
            return now;
        }
        long phase = mix(secret ^ group.hashCode());
        return now - Math.floorMod(now - phase, pingIntervalNanos);
    }

    /** The payload of a session's Ping for the point of time {@code pingNanos}. */
    long payload(Keepalive keepalive, long pingNanos) {
        return mix(secret + pingNanos ^ (long) System.identityHashCode(keepalive) << 32);
    }

    /** Stafford's variant 13 of the MurmurHash3 finalizer, as SplittableRandom uses it. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    TimerWheel wheel() {
        return wheel;
    }

    Ticker ticker() {
        return ticker;
    }

    void tellRoundTrip(long nanos) {
        logs.tell("keepalive", () -> observer.onRoundTripNanos(nanos));
    }

    long pingIntervalNanos() {
        return pingIntervalNanos;
    }

    long pongTimeoutNanos() {
        return pongTimeoutNanos;
    }

    long idleTimeoutNanos() {
        return idleTimeoutNanos;
    }

    long slowWriteTimeoutNanos() {
        return slowWriteTimeoutNanos;
    }

    Duration evictLinger() {
        return evictLinger;
    }
}
