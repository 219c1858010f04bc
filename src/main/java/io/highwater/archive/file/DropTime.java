package io.highwater.archive.file;

import io.highwater.time.Ticker;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which entries are dropped: that of the wall clock, unless the clock has jumped ahead
 * of the time that passed. What is dropped because of a wrong clock is gone when the clock is right
 * again. So a time that a jump has led to counts once the clock has stayed there for a while; until
 * then only the time that passes counts. Confined to the upkeep's thread.
 */
final class DropTime {
    private static final Logger LOG = LoggerFactory.getLogger(DropTime.class);

    private static final long SMALLEST_JUMP_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final int JUMPS_IN_PATIENCE = 24;

    private final WallClock clock;
    private final Ticker ticker;
    private final long patienceNanos;
    private final long jumpMillis;

    /** A time that counted, and when that was. */
    private long lastMillis;

    private long lastNanos;

    private boolean jumped;

    /** By how much, and when that was seen; only if it has jumped. */
    private long aheadMillis;

    private long jumpedNanos;

    /**
     * @param patience how long a clock that has jumped ahead is not believed; a twenty-fourth of
     *     it, or a minute, is no jump
     */
    DropTime(WallClock clock, Ticker ticker, Duration patience) {
        this.clock = clock;
        this.ticker = ticker;
        patienceNanos = patience.toNanos();
        jumpMillis = Math.max(SMALLEST_JUMP_MILLIS, patience.toMillis() / JUMPS_IN_PATIENCE);
    }

    /**
     * The archive was opened.
     *
     * @param knownMillis a time that was reached before; if the clock is further, it has jumped
     */
    void start(long knownMillis) {
        follow(knownMillis, ticker.nanoTime());
    }

    long millis() {
        long nowNanos = ticker.nanoTime();
        long wallMillis = clock.millis();
        long passedMillis = lastMillis + TimeUnit.NANOSECONDS.toMillis(nowNanos - lastNanos);
        long ahead = wallMillis - passedMillis;
        if (ahead > jumpMillis) {
            jump(ahead, nowNanos);
            if (nowNanos - jumpedNanos < patienceNanos) {
                return passedMillis;
            }
        }
        follow(wallMillis, nowNanos);
        return wallMillis;
    }

    private void jump(long ahead, long nowNanos) {
        if (jumped && Math.abs(ahead - aheadMillis) <= jumpMillis) {
            return;
        }
        jumped = true;
        aheadMillis = ahead;
        jumpedNanos = nowNanos;
        LOG.atWarn()
                .addKeyValue("ahead", Duration.ofMillis(ahead))
                .addKeyValue("believedAfter", Duration.ofNanos(patienceNanos))
                .log("archive_clock_jumped");
    }

    private void follow(long millis, long nowNanos) {
        jumped = false;
        lastMillis = millis;
        lastNanos = nowNanos;
    }
}
