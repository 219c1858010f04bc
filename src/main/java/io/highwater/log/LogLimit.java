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
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/**
 * Bounds the lines that a peer can cause: so many of each kind from each address in a minute, and
 * then one that says how many were left out. Whoever writes such a line asks here first:
 *
 * <pre>{@code
 * logs.limit(LOG.atWarn(), "handshake_refused", peer)
 *         .addKeyValue("rule", rule)
 *         .log("handshake_refused");
 * }</pre>
 *
 * <p>What is ordinary in a large number is only {@linkplain #count counted}, and the count written
 * once a minute. What is nobody's fault but this node's or a team's is {@linkplain #failure said}
 * once a minute, as it may come with every message.
 *
 * <p>Nothing is kept for a connection. The tables are bounded, and empty while nobody causes a
 * line; addresses for which there is no room share what {@link #OTHERS} may. Thread-safe.
 */
public final class LogLimit extends Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogLimit.class);

    /** From one address: enough to see what happens, and no more than a line a second. */
    public static final int LINES = 60;

    /** From all addresses together that the table has no room for. */
    static final int LINES_OF_OTHERS = 600;

    /** Of the table: some 150 B each. */
    static final int MAX_ENTRIES = 4_096;

    static final String OTHERS = "others";

    private static final long PERIOD_NANOS = 60_000_000_000L;

    private static final LogLimit NONE = new LogLimit(null, Runnable::run);

    /**
     * @param address null for what no peer caused
     * @param observer null where that is not an observer's failure
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

    /** Null: no limit. */
    private final @Nullable TimerWheel wheel;

    private final Executor executor;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Lines of this period, those left out among them; a new one for each period. */
    private volatile ConcurrentHashMap<Key, AtomicLong> lines = new ConcurrentHashMap<>();

    private record Counted(String kind, String of, String word) {}

    /** Of this period: each is taken out as it is written, so that none is lost. */
    private final ConcurrentHashMap<Counted, Long> counts = new ConcurrentHashMap<>();

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
     * The same of what no peer caused, such as an observer that throws: one line of a kind in a
     * minute.
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
     * A whole line of {@linkplain #failure that kind}, whose message is its kind; for whoever has
     * more to do. It throws nothing, whatever the log does.
     */
    public void say(Logger log, Level level, String kind, Throwable cause) {
        try {
            failure(log.atLevel(level), kind).setCause(cause).log(kind);
        } catch (RuntimeException | Error e) {
            // Nobody can be told.
        }
    }

    /** The same with one pair. */
    public void say(
            Logger log, Level level, String kind, Throwable cause, String key, Object value) {
        try {
            failure(log.atLevel(level), kind).addKeyValue(key, value).setCause(cause).log(kind);
        } catch (RuntimeException | Error e) {
            // Nobody can be told.
        }
    }

    /**
     * Tells an observer something, and survives what it throws: whoever has something to tell has
     * more to do.
     *
     * @param observer a word for it
     */
    public void tell(String observer, Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            untold(observer, e);
        }
    }

    /**
     * What {@link #tell} says of an observer that threw; for callers that may not allocate a
     * lambda.
     */
    public void untold(String observer, Throwable failure) {
        try {
            failure(LOG.atError(), new Key("observer_failed", null, observer))
                    .addKeyValue("observer", observer)
                    .setCause(failure)
                    .log("observer_failed");
        } catch (RuntimeException | Error e) {
            // Nobody can be told.
        }
    }

    /**
     * Adds one to what a line of this kind says at the end of the minute: for each word one line at
     * INFO, as {@code {"event":"sessions_closed","close_code":"1006","count":12}}.
     *
     * @param kind the line's message
     * @param of what {@code word} is, such as {@code close_code}; the same for all of a kind
     * @param word one of a few of the code's own, never the peer's; as are the others
     */
    public void count(String kind, String of, String word) {
        count(kind, of, word, 1);
    }

    /** The same of several at once. */
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

    /** For the wheel: the period is over. */
    @Override
    protected void onDeadline(long nowNanos) {
        // First, so that a line between the two sees to the next period.
        scheduled.set(false);
        executor.execute(this::summarise);
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

    /** Says what was left out and counted until now; lines may still come, and are limited. */
    @Override
    public void close() {
        if (wheel != null) {
            wheel.cancel(this);
            scheduled.set(false);
            summarise();
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
