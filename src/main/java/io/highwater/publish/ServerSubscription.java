package io.highwater.publish;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.UnavailableException;
import io.highwater.channel.ChannelHub;
import io.highwater.channel.Ephemeral;
import io.highwater.channel.Follower;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.ResumeFailure;
import io.highwater.protocol.Since;
import io.highwater.time.Ticker;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of the application. New entries wait in a short queue; if the listener is too slow
 * for that, they are dropped from it, and read from the log once they are asked for. So a
 * subscription takes a position and the short queue, however slow it is, and the fan-out never
 * waits for it. Thread-safe.
 */
final class ServerSubscription implements ChannelSubscription, Follower {
    // While "running", one thread runs, or a read or a pause is under way after which one will. It
    // is the only one that calls the listener and takes what waits. Whoever adds work while nobody
    // runs starts a run; a run ends under the lock, when it finds no work. All other code, the
    // listener's and the log's, is called without the lock.

    private static final Logger LOG = LoggerFactory.getLogger(ServerSubscription.class);

    /** The short queue holds references to entries, most of which the node's memory holds too. */
    static final int MOST_WAITING = 256;

    static final long MOST_WAITING_BYTES = 256 << 10;

    /** Entries read from the log at once, which are in nobody's account until delivered. */
    private static final int PIECE = 64;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final UnavailableException STOPPING =
            new UnavailableException("the node is stopping", RETRY_AFTER);

    private final ChannelHub<?> hub;
    private final TimerWheel wheel;
    private final Ticker ticker;
    private final Executor executor;
    private final String channel;
    private final Since since;
    private final ChannelListener listener;
    private final Runnable onOver;

    /** True until the listener was told of the start. */
    @GuardedBy("this")
    private boolean running = true;

    @GuardedBy("this")
    private boolean over;

    /** Not null once the listener is to be told of the end. */
    @GuardedBy("this")
    private @Nullable Throwable cause;

    @GuardedBy("this")
    private long demand;

    /** Everything up to here was delivered or reported; null in an ephemeral channel. */
    @GuardedBy("this")
    private @Nullable Cursor reached;

    /** What was read and is delivered before anything else. */
    @GuardedBy("this")
    private final ArrayDeque<Entry> page = new ArrayDeque<>(0);

    /** So many entries of the page are of the snapshot, and do not count as reached. */
    @GuardedBy("this")
    private int snapshot;

    /** New entries; late ones may come at any place. */
    @GuardedBy("this")
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>(0);

    @GuardedBy("this")
    private long waitingBytes;

    /** The log has what follows; new entries do not wait here. */
    @GuardedBy("this")
    private boolean behind;

    /** While behind: the last position that was heard of. */
    @GuardedBy("this")
    private @Nullable Cursor heard;

    @GuardedBy("this")
    private @Nullable SkippedMessages skipped;

    /**
     * @param onOver called once when nothing more comes, after the listener was told
     */
    ServerSubscription(
            PublishNode node,
            Executor executor,
            String channel,
            Since since,
            ChannelListener listener,
            Runnable onOver) {
        this.hub = node.hub();
        this.wheel = node.wheel();
        this.ticker = node.ticker();
        this.executor = executor;
        this.channel = channel;
        this.since = since;
        this.listener = listener;
        this.onOver = onOver;
    }

    // The start.

    /** To be called once. */
    void start() {
        hub.follow(channel, this)
                .thenCompose(following -> startReading())
                .whenComplete(
                        (start, failure) -> {
                            if (failure == null) {
                                later(() -> listener.onSubscribed(this, start));
                            } else {
                                failed(failure);
                                later(() -> {});
                            }
                        });
    }

    private CompletionStage<SubscriptionStart> startReading() {
        if (Ephemeral.isEphemeral(channel)) {
            ResumeFailure reason = since instanceof Since.Live ? null : ResumeFailure.EPHEMERAL;
            return CompletableFuture.completedFuture(new SubscriptionStart(reason, null));
        } else if (since instanceof Since.After after) {
            return hub.readAfter(channel, after.cursor(), 1)
                    .thenApply(read -> startAfter(after.cursor(), read));
        } else if (since instanceof Since.Latest) {
            return hub.latest(channel).thenApply(this::startWithLatest);
        }
        return hub.readAfter(channel, null, 0).thenApply(read -> startAt(null, read.top()));
    }

    private SubscriptionStart startAfter(Cursor after, ReadResult read) {
        if (read instanceof Unreadable unreadable) {
            return startAt(ResumeFailure.valueOf(unreadable.reason().name()), read.top());
        }
        synchronized (this) {
            reached = after;
            behind = true;
            heard = heard == null ? read.top() : heard.max(read.top());
        }
        return new SubscriptionStart(null, read.top());
    }

    private SubscriptionStart startWithLatest(ReadResult read) {
        if (read instanceof Slice slice) {
            synchronized (this) {
                page.addAll(slice.entries());
                snapshot = page.size();
            }
        }
        return startAt(null, read.top());
    }

    private synchronized SubscriptionStart startAt(@Nullable ResumeFailure reason, Cursor top) {
        reached = top;
        return new SubscriptionStart(reason, top);
    }

    // What comes, on any thread.

    @Override
    public void onEntries(List<Entry> entries) {
        synchronized (this) {
            if (over) {
                return;
            }
            for (Entry entry : entries) {
                add(entry);
            }
        }
        run();
    }

    @GuardedBy("this")
    private void add(Entry entry) {
        if (behind && !entry.late()) {
            heard(entry);
            return;
        }
        waiting.add(entry);
        waitingBytes += entry.data().length;
        if (waiting.size() > MOST_WAITING || waitingBytes > MOST_WAITING_BYTES) {
            fallBehind();
        }
    }

    /** Leaves what waits to the log; late entries, of which the log would not tell, stay. */
    @GuardedBy("this")
    private void fallBehind() {
        List<Entry> all = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        for (Entry entry : all) {
            if (!entry.late()) {
                // An ephemeral one is in no log: nobody has it any more.
                if (!entry.isEphemeral()) {
                    behind = true;
                    heard(entry);
                }
            } else if (waiting.size() < MOST_WAITING / 2) {
                waiting.add(entry);
                waitingBytes += entry.data().length;
            } else {
                skip(entry.position(), entry.position(), 1);
            }
        }
    }

    @GuardedBy("this")
    private void heard(Entry entry) {
        heard = heard == null ? entry.position() : heard.max(entry.position());
    }

    @GuardedBy("this")
    private void skip(Cursor after, Cursor to, long count) {
        SkippedMessages before = skipped;
        skipped =
                before == null
                        ? new SkippedMessages(after, to, count)
                        : new SkippedMessages(before.after(), to, before.count() + count);
    }

    @Override
    public void onEnded() {
        failed(STOPPING);
        run();
    }

    @Override
    public void request(long messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("messages: " + messages + " is less than 1");
        }
        synchronized (this) {
            demand = demand + messages < 0 ? Long.MAX_VALUE : demand + messages;
        }
        run();
    }

    @Override
    public void cancel() {
        if (end()) {
            onOver.run();
        }
    }

    private void failed(Throwable failure) {
        Throwable known =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        synchronized (this) {
            if (cause == null) {
                cause = known;
            }
        }
    }

    /** Returns false if it had ended before. */
    private boolean end() {
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
            page.clear();
            waiting.clear();
        }
        hub.unfollow(channel, this);
        return true;
    }

    // The run.

    private void run() {
        synchronized (this) {
            if (running) {
                return;
            }
            running = true;
        }
        later(() -> {});
    }

    /** Goes on with a run on a thread of the callbacks. */
    private void later(Runnable first) {
        try {
            executor.execute(
                    () -> {
                        try {
                            first.run();
                            work();
                        } catch (RuntimeException | Error e) {
                            thrown(e);
                        }
                    });
        } catch (RuntimeException e) {
            cancel(); // The node has ended, and its threads with it.
        }
    }

    private void thrown(Throwable failure) {
        LOG.atWarn().addKeyValue("channel", channel).setCause(failure).log("listener_failed");
        failed(failure);
        tellEnd();
    }

    private void tellEnd() {
        Throwable why;
        synchronized (this) {
            why = cause;
        }
        if (end() && why != null) {
            try {
                listener.onEnded(why);
            } catch (RuntimeException | Error e) {
                LOG.atWarn().addKeyValue("channel", channel).setCause(e).log("listener_failed");
            } finally {
                onOver.run();
            }
        }
    }

    /** Does what there is to do, until there is nothing, or the log has to be read first. */
    private void work() {
        while (true) {
            SkippedMessages gap = null;
            Message message = null;
            synchronized (this) {
                if (over) {
                    return;
                }
                if (cause == null) {
                    gap = skipped;
                    skipped = null;
                    message = gap == null ? next() : null;
                    if (gap == null && message == null && (demand == 0 || !behind)) {
                        running = false;
                        return;
                    }
                }
            }
            if (gap != null) {
                listener.onSkipped(gap);
            } else if (message != null) {
                listener.onMessage(message);
            } else if (isEnding()) {
                tellEnd();
                return;
            } else {
                read();
                return;
            }
        }
    }

    private synchronized boolean isEnding() {
        return cause != null;
    }

    /** The next message that may be delivered now; null if there is none. */
    @GuardedBy("this")
    private @Nullable Message next() {
        if (demand == 0) {
            return null;
        }
        Entry read = page.poll();
        if (read != null) {
            boolean ofSnapshot = snapshot > 0;
            if (ofSnapshot) {
                snapshot--;
            } else {
                reach(read);
            }
            return message(read, ofSnapshot);
        }
        for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
            waitingBytes -= entry.data().length;
            if (entry.isEphemeral() || entry.late()) {
                return message(entry, false);
            } else if (isNext(entry)) {
                reach(entry);
                return message(entry, false);
            } else if (reached == null || !reached.covers(entry.position())) {
                waiting.addFirst(entry);
                waitingBytes += entry.data().length;
                fallBehind();
                return null;
            }
        }
        return null;
    }

    @GuardedBy("this")
    private Message message(Entry entry, boolean ofSnapshot) {
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
        return Message.of(entry, ofSnapshot);
    }

    @GuardedBy("this")
    private boolean isNext(Entry entry) {
        Position before = reached == null ? null : reached.at(entry.position().origin());
        return before != null && entry.follows(before);
    }

    @GuardedBy("this")
    private void reach(Entry entry) {
        reached = reached == null ? entry.position() : reached.with(entry.position());
    }

    // Reading the log.

    private void read() {
        Cursor after;
        int limit;
        synchronized (this) {
            after = reached;
            limit = (int) Math.min(demand, PIECE);
        }
        hub.readAfter(channel, after, limit)
                .thenCompose(read -> orOldest(after, read))
                .whenComplete(
                        (read, failure) -> {
                            if (failure == null && take(read)) {
                                later(() -> {});
                            } else {
                                wheel.schedule(
                                        new Retry(), ticker.nanoTime() + RETRY_AFTER.toNanos());
                            }
                        });
    }

    /** Where what follows is trimmed: the oldest entry that is kept, and what is skipped. */
    private CompletionStage<ReadResult> orOldest(@Nullable Cursor after, ReadResult read) {
        if (read instanceof Slice || after == null) {
            return CompletableFuture.completedFuture(read);
        }
        return hub.readAfter(channel, null, 1)
                .thenApply(
                        oldest -> {
                            skipTo(after, oldest);
                            return oldest;
                        });
    }

    private void skipTo(Cursor after, ReadResult oldest) {
        List<Entry> entries = oldest instanceof Slice slice ? slice.entries() : List.of();
        Cursor to = oldest.top();
        if (!entries.isEmpty()) {
            Position first = entries.get(0).position();
            to =
                    new Position(
                            first.origin(),
                            first.generation(),
                            Math.max(0, first.shardSequence() - 1),
                            first.channelSequence() - 1);
        }
        synchronized (this) {
            skip(after, to, count(after, to));
            reached = to;
        }
    }

    private static long count(Cursor after, Cursor to) {
        long count = 0;
        for (Position last : to.positions()) {
            Position before = after.at(last.origin());
            count += last.channelSequence();
            if (before != null && before.generation() == last.generation()) {
                count -= before.channelSequence();
            }
        }
        return Math.max(0, count);
    }

    /** Returns false if the log does not have what it should: it is asked again in a moment. */
    private synchronized boolean take(ReadResult read) {
        if (over || !(read instanceof Slice slice)) {
            return over;
        }
        page.addAll(slice.entries());
        if (slice.complete()) {
            if (heard == null || slice.top().covers(heard)) {
                behind = false;
                heard = null;
            } else {
                return !slice.entries().isEmpty();
            }
        }
        return true;
    }

    /** Fires on the timers' thread. */
    private final class Retry extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            later(() -> {});
        }
    }

    /** Entries that wait in memory, for tests. */
    synchronized int waiting() {
        return waiting.size();
    }
}
