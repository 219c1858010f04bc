package io.highwater.log;

import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/**
 * Bounds the lines that a peer can cause: so many of each kind from each address in a minute, and
 * then one that says how many were left out. Whoever writes such a line asks here first:
 *
 * <pre>{@code
 * logs.limit(LOG.atInfo(), "session_closed", wire.remoteAddress())
 *         .addKeyValue("code", status.code())
 *         .log("session_closed");
 * }</pre>
 *
 * <p>Nothing is kept for a connection. The table of kinds and addresses is bounded, and empty while
 * nobody causes a line; addresses for which it has no room share what {@link #OTHERS} may.
 * Thread-safe.
 */
public final class LogLimit extends Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogLimit.class);

    /** The kind of a session's end. */
    public static final String SESSION_CLOSED = "session_closed";

    /** From one address: enough to see what happens, and no more than a line a second. */
    public static final int LINES = 60;

    /** From all addresses together that the table has no room for. */
    static final int LINES_OF_OTHERS = 600;

    /** Of the table: some 150 B each. */
    static final int MAX_ENTRIES = 4_096;

    static final String OTHERS = "others";
    private static final long PERIOD_NANOS = 60_000_000_000L;

    private static final LogLimit NONE = new LogLimit(null, Runnable::run);

    private record Key(String kind, String address) {}

    /** Null: no limit. */
    private final @Nullable TimerWheel wheel;

    private final Executor executor;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Lines of this period, those left out among them; a new one for each period. */
    private volatile ConcurrentHashMap<Key, AtomicLong> lines = new ConcurrentHashMap<>();

    private volatile @Nullable String lifted;

    private LogLimit(@Nullable TimerWheel wheel, Executor executor) {
        this.wheel = wheel;
        this.executor = executor;
    }

    /**
     * @param executor writes the summaries, for which the timers' thread has no time
     */
    public static LogLimit of(TimerWheel wheel, Executor executor) {
        return new LogLimit(wheel, executor);
    }

    /** Lets every line pass. */
    public static LogLimit none() {
        return NONE;
    }

    /**
     * The line itself, or one that is written nowhere.
     *
     * @param kind a word of the code's own, never the peer's
     * @param peer its address in text, with or without a port; null where none is known
     */
    public LoggingEventBuilder limit(LoggingEventBuilder line, String kind, @Nullable String peer) {
        return line instanceof NOPLoggingEventBuilder || admits(kind, peer)
                ? line
                : NOPLoggingEventBuilder.singleton();
    }

    /**
     * Lets all lines of this kind pass from now on: where they come to an end by themselves, such
     * as the sessions of a node that takes no more.
     */
    public void lift(String kind) {
        lifted = kind;
    }

    /** Counts a line, and says whether it may be written. */
    public boolean admits(String kind, @Nullable String peer) {
        if (wheel == null || kind.equals(lifted)) {
            return true;
        }
        ConcurrentHashMap<Key, AtomicLong> table = lines;
        Key key = new Key(kind, address(peer));
        AtomicLong count = table.get(key);
        int most = LINES;
        if (count == null) {
            if (table.size() >= MAX_ENTRIES) {
                key = new Key(kind, OTHERS);
                most = LINES_OF_OTHERS;
            }
            count = table.computeIfAbsent(key, absent -> new AtomicLong());
        }
        boolean admitted = count.incrementAndGet() <= most;
        if (scheduled.compareAndSet(false, true)) {
            wheel.schedule(this, wheel.nowNanos() + PERIOD_NANOS);
        }
        return admitted;
    }

    /** For the wheel: the period is over. */
    @Override
    protected void onDeadline(long nowNanos) {
        // First, so that a line between the two sees to the next period.
        scheduled.set(false);
        ConcurrentHashMap<Key, AtomicLong> over = lines;
        lines = new ConcurrentHashMap<>();
        try {
            executor.execute(() -> summarise(over));
        } catch (RuntimeException | Error e) {
            lines = over; // To be said when the timer fires again.
            throw e;
        }
    }

    private static void summarise(ConcurrentHashMap<Key, AtomicLong> over) {
        over.forEach(
                (key, count) -> {
                    int most = key.address.equals(OTHERS) ? LINES_OF_OTHERS : LINES;
                    long leftOut = count.get() - most;
                    if (leftOut > 0) {
                        LOG.atWarn()
                                .addKeyValue("kind", key.kind)
                                .addKeyValue("peer", key.address)
                                .addKeyValue("left_out", leftOut)
                                .log("log_limited");
                    }
                });
    }

    /** Says what was left out until now; lines may still come, and are limited. */
    @Override
    public void close() {
        if (wheel != null) {
            wheel.cancel(this);
            scheduled.set(false);
            summarise(lines);
            lines = new ConcurrentHashMap<>();
        }
    }

    /** Without the port, and of an IPv6 address its /64: a peer has all of them. */
    static String address(@Nullable String peer) {
        if (peer == null) {
            return "";
        }
        int from = peer.indexOf('/') + 1; // behind the name, which may be missing
        int colon = peer.indexOf(':', from);
        int next = peer.indexOf(':', colon + 1);
        if (colon < 0 || next < 0) {
            return peer.substring(from, colon < 0 ? peer.length() : colon);
        }
        // The JDK writes all eight groups of an IPv6 address.
        for (int groups = 2; groups < 4 && next >= 0; groups++) {
            next = peer.indexOf(':', next + 1);
        }
        int block = peer.startsWith("[", from) ? from + 1 : from;
        return next < 0 ? peer.substring(from) : peer.substring(block, next) + "::/64";
    }
}
