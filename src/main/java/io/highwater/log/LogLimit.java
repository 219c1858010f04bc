package io.highwater.log;

import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/**
 * Limits the log lines that peers can cause: per minute, at most {@link #LINES} of each kind for
 * each address, followed by one line that says how many were left out. Code that writes such a line
 * asks here first:
 *
 * <pre>{@code
 * logs.limit(LOG.atWarn(), "handshake_refused", peer)
 *         .addKeyValue("rule", rule)
 *         .log("handshake_refused");
 * }</pre>
 *
 * <p>Ordinary events in large numbers are only {@linkplain #count counted}, and the count is
 * written once per minute. A {@linkplain #failure failure} of this node or of a team's code is
 * written at most once per minute, since it may come with every message.
 *
 * <p>Nothing is kept per connection. The tables are bounded, and empty while no lines come.
 * Addresses that do not fit into the table share the limit of {@link #OTHERS}. Thread-safe.
 */
public final class LogLimit extends Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogLimit.class);

    /** From one address: enough to see what happens, and no more than one line per second. */
    public static final int LINES = 60;

    /** From all addresses together that do not fit into the table. */
    static final int LINES_OF_OTHERS = 600;

    /** Most entries of the table; each takes some 150 B. */
    static final int MAX_ENTRIES = 4_096;

    static final String OTHERS = "others";

    private static final long PERIOD_NANOS = 60_000_000_000L;

    private static final LogLimit NONE = new LogLimit(null, Runnable::run);

    /**
     * @param address null if no peer caused the line
     * @param observer null if the line is not about an observer's failure
     */
    private record Key(String kind, @Nullable String address, @Nullable String observer) {
        Key(String kind, @Nullable String address) {
            this(kind, address, null);
        }

        int most() {
            if (address == null) {
                return 1;
            }
            return address.equals(OTHERS) ? LINES_OF_OTHERS : LINES;
        }
    }

    private static final long AGAIN_NANOS = 1_000_000_000;

    /** Null means no limit. */
    private final @Nullable TimerWheel wheel;

    private final Executor executor;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Number of lines in this period, including those left out; a new map for each period. */
    private volatile ConcurrentHashMap<Key, AtomicLong> lines = new ConcurrentHashMap<>();

    private record Counted(String kind, String of, String word) {}

    /** Counts of this period; each is removed when it is written, so that none is lost. */
    private final ConcurrentHashMap<Counted, Long> counts = new ConcurrentHashMap<>();

    private LogLimit(@Nullable TimerWheel wheel, Executor executor) {
        this.wheel = wheel;
        this.executor = executor;
    }

    /**
     * @param executor writes the summaries, so that the timer thread does not
     */
    public static LogLimit of(TimerWheel wheel, Executor executor) {
        return new LogLimit(wheel, executor);
    }

    /** Lets every line pass. */
    public static LogLimit none() {
        return NONE;
    }

    /**
     * Returns the line itself, or a line that is not written.
     *
     * @param kind a constant of the code, never text from the peer
     * @param peer the peer's address as text, with or without a port; null if unknown
     */
    public LoggingEventBuilder limit(LoggingEventBuilder line, String kind, @Nullable String peer) {
        return line instanceof NOPLoggingEventBuilder || admits(kind, peer)
                ? line
                : NOPLoggingEventBuilder.singleton();
    }

    /**
     * The same for failures that no peer caused, such as an observer that throws: one line of each
     * kind per minute.
     */
    public LoggingEventBuilder failure(LoggingEventBuilder line, String kind) {
        return failure(line, new Key(kind, null));
    }

    private LoggingEventBuilder failure(LoggingEventBuilder line, Key key) {
        return line instanceof NOPLoggingEventBuilder || wheel == null || admits(wheel, lines, key)
                ? line
                : NOPLoggingEventBuilder.singleton();
    }

    /**
     * Writes a whole {@linkplain #failure failure} line, whose message is its kind. Never throws,
     * even if the log does, so that the caller can go on.
     */
    public void say(Logger log, Level level, String kind, Throwable cause) {
        try {
            failure(log.atLevel(level), kind).setCause(cause).log(kind);
        } catch (RuntimeException | Error e) {
            // The failure cannot be reported.
        }
    }

    /** The same with one key/value pair. */
    public void say(
            Logger log, Level level, String kind, Throwable cause, String key, Object value) {
        try {
            failure(log.atLevel(level), kind).addKeyValue(key, value).setCause(cause).log(kind);
        } catch (RuntimeException | Error e) {
            // The failure cannot be reported.
        }
    }

    /**
     * Calls an observer and catches what it throws, so that the caller can go on.
     *
     * @param observer a name for the observer
     */
    public void tell(String observer, Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            untold(observer, e);
        }
    }

    /**
     * Logs that an observer threw, as {@link #tell} does; for callers that must not allocate a
     * lambda.
     */
    public void untold(String observer, Throwable failure) {
        try {
            failure(LOG.atError(), new Key("observer_failed", null, observer))
                    .addKeyValue("observer", observer)
                    .setCause(failure)
                    .log("observer_failed");
        } catch (RuntimeException | Error e) {
            // The failure cannot be reported.
        }
    }

    /**
     * Adds one to a count that is logged at the end of the minute: one line at INFO for each word,
     * such as {@code {"event":"sessions_closed","close_code":"1006","count":12}}.
     *
     * @param kind the line's message
     * @param of the key of {@code word}, such as {@code close_code}; the same for all of a kind
     * @param word one of a few constants; like the others, never text from the peer
     */
    public void count(String kind, String of, String word) {
        count(kind, of, word, 1);
    }

    /** Adds several at once. */
    public void count(String kind, String of, String word, long more) {
        if (wheel == null) {
            return;
        }
        counts.merge(new Counted(kind, of, word), more, Long::sum);
        endPeriodLater(wheel);
    }

    /** Counts a line, and says whether it may be written. */
    public boolean admits(String kind, @Nullable String peer) {
        if (wheel == null) {
            return true;
        }
        ConcurrentHashMap<Key, AtomicLong> table = lines;
        Key key = new Key(kind, address(peer));
        boolean fits = table.containsKey(key) || table.size() < MAX_ENTRIES;
        return admits(wheel, table, fits ? key : new Key(kind, OTHERS));
    }

    private boolean admits(TimerWheel timers, ConcurrentHashMap<Key, AtomicLong> table, Key key) {
        AtomicLong count = table.get(key);
        if (count == null) {
            count = table.computeIfAbsent(key, absent -> new AtomicLong());
        }
        boolean admitted = count.incrementAndGet() <= key.most();
        endPeriodLater(timers);
        return admitted;
    }

    private void endPeriodLater(TimerWheel timers) {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            timers.schedule(this, timers.nowNanos() + PERIOD_NANOS);
        }
    }

    /** Called by the wheel at the end of the period. */
    @Override
    protected void onDeadline(long nowNanos) {
        // Before the summary, so that a line that comes now schedules the end of the next period.
        scheduled.set(false);
        try {
            executor.execute(this::summarise);
        } catch (RejectedExecutionException e) {
            // It is shut while a node stops: then close writes the summary.
            if (wheel != null && scheduled.compareAndSet(false, true)) {
                wheel.schedule(this, nowNanos + AGAIN_NANOS);
            }
        }
    }

    private void summarise() {
        ConcurrentHashMap<Key, AtomicLong> over = lines;
        lines = new ConcurrentHashMap<>();
        over.forEach(LogLimit::sayLeftOut);
        counts.keySet().forEach(this::sayCount);
    }

    private void sayCount(Counted counted) {
        Long count = counts.remove(counted);
        if (count != null) {
            LOG.atInfo()
                    .addKeyValue(counted.of, counted.word)
                    .addKeyValue("count", count)
                    .log(counted.kind);
        }
    }

    private static void sayLeftOut(Key key, AtomicLong count) {
        long leftOut = count.get() - key.most();
        if (leftOut > 0) {
            LoggingEventBuilder line = LOG.atWarn().addKeyValue("kind", key.kind);
            if (key.address != null) {
                line = line.addKeyValue("peer", key.address);
            }
            if (key.observer != null) {
                line = line.addKeyValue("observer", key.observer);
            }
            line.addKeyValue("left_out", leftOut).log("log_limited");
        }
    }

    /** Writes what was left out and counted so far. Later lines are still limited. */
    @Override
    public void close() {
        if (wheel != null) {
            wheel.cancel(this);
            scheduled.set(false);
            summarise();
        }
    }

    /** The address without its port; for IPv6 the /64, since one peer has all addresses in it. */
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
