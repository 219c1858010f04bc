package io.highwater.backbone.archived;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Level;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one part of the channels: has the archive write each entry, and only then lets anybody
 * hear of it. Thread-safe.
 */
final class ArchivedShard implements ArchiveFeed.Owner, LookUps.Owner {
    // A draft goes through up to four places, and through each in the order in which drafts came:
    //
    //   delayed   while the archive fails. Nothing is known of the draft yet, so it can be given
    // up.
    //   lookUps   while the archive is asked where the channel ended, or whether the draft is a
    //             repeat of a message from before the start. It can be given up as well.
    //   feed      it has its position. It stays until it is archived, even if its publisher has
    //             been told that it failed: the archive may have it already. The publisher sends
    //             it again and is told the position.
    //   memory    it is archived: ring, follower, acknowledgement.
    //
    // Publications of a channel never overtake each other, since a draft waits where the one before
    // it waits; and nor do their acknowledgements, since a repeat is answered after the channel's
    // last pending entry.

    private static final String NOT_WRITTEN = "the archive cannot be written now";
    private static final String NOT_READ = "the archive does not answer";
    private static final String HELD_UP = "an earlier message of this publisher failed";
    private static final String STOPPING = "the node is stopping";

    static final int MOST_PENDING = 1_000;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final NodeMemory node;
    private final ShardMemory memory;
    private final Object lock;
    private final PendingBytes pendingBytes;
    private final Ticker ticker;
    private final TimerWheel wheel;
    private final ArchiveObserver observer;
    private final LogLimit logs;
    private final Tops tops;
    private final ArchiveFeed feed;
    private final Timer patience = new Patience();

    @GuardedBy("lock")
    private final Positions positions;

    @GuardedBy("lock")
    private final LookUps lookUps;

    @GuardedBy("lock")
    private final ArrayDeque<Waiting> delayed = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Untold untold = new Untold();

    @GuardedBy("lock")
    private boolean patienceArmed;

    ArchivedShard(
            int number,
            NodeMemory node,
            Archive archive,
            ArchiveObserver observer,
            PendingBytes pendingBytes,
            Ticker ticker,
            WallClock clock,
            TimerWheel wheel,
            LogLimit logs) {
        String origin = ArchivedBackbone.ORIGIN;
        this.node = node;
        this.memory = node.shards().get(number);
        this.lock = memory.lock();
        this.pendingBytes = pendingBytes;
        this.ticker = ticker;
        this.wheel = wheel;
        this.observer = observer;
        this.logs = logs;
        this.tops = new Tops(memory, archive, origin);
        this.feed = new ArchiveFeed(archive, origin, number, lock, ticker, wheel, logs, this);
        this.positions = new Positions(origin, memory, ticker, clock);
        this.lookUps = new LookUps(memory, archive, tops, this, feed::handOver);
    }

    /**
     * Entries are accepted from now on.
     *
     * @param isNew the shard had no entries before this generation
     */
    void start(ArchiveWriter writer, long generation, boolean isNew) {
        tops.start(generation);
        synchronized (lock) {
            positions.start(generation, isNew);
        }
        feed.start(writer);
    }

    ShardMemory memory() {
        return memory;
    }

    Tops tops() {
        return tops;
    }

    ArchiveFeed.State state() {
        return feed.state();
    }

    CompletableFuture<Appended> append(Draft draft) {
        CompletableFuture<Appended> future = new CompletableFuture<>();
        Later later = new Later();
        synchronized (lock) {
            accept(new Waiting(draft, future, ticker.nanoTime()), later);
        }
        later.run();
        feed.handOver();
        node.reclaimNames(draft.payer());
        return future;
    }

    @GuardedBy("lock")
    private void accept(Waiting waiting, Later later) {
        String refusal = untold.holdsUp(waiting.draft()) ? HELD_UP : refusal();
        if (refusal == null && !pendingBytes.tryAdd(waiting.draft().payer(), waiting.bytes())) {
            refusal = "too much waits for the archive";
        }
        if (refusal != null) {
            UnavailableException cause = new UnavailableException(refusal, RETRY_AFTER);
            later.add(() -> waiting.future().completeExceptionally(cause));
            return;
        }
        armPatience(waiting.sinceNanos());
        if (feed.state() == ArchiveFeed.State.STALLED) {
            delayed.add(waiting);
        } else {
            admit(waiting, later);
        }
    }

    @GuardedBy("lock")
    private @Nullable String refusal() {
        return switch (feed.state()) {
            case STARTING -> "the log is starting";
            case WRITING, STALLED -> isFull() ? "too many messages wait for the archive" : null;
            case UNAVAILABLE -> NOT_WRITTEN;
            case CLOSED -> STOPPING;
        };
    }

    @GuardedBy("lock")
    private boolean isFull() {
        return feed.size() + lookUps.size() + delayed.size() >= MOST_PENDING;
    }

    @GuardedBy("lock")
    private void admit(Waiting waiting, Later later) {
        if (untold.holdsUp(waiting.draft()) || !lookUps.isToAsk(waiting.draft())) {
            place(waiting, null, later);
        } else if (!lookUps.add(waiting, later)) {
            drop(waiting, noRoom(), later);
        }
    }

    private static UnavailableException noRoom() {
        return new UnavailableException("there is no room for another channel", RETRY_AFTER);
    }

    @Override
    public boolean isToFind(Draft draft) {
        synchronized (lock) {
            return positions.isToFind(draft);
        }
    }

    /** Gives a draft its position, or answers it if it is a repeat. */
    @Override
    public void place(Waiting waiting, @Nullable Position found, Later later) {
        synchronized (lock) {
            Draft draft = waiting.draft();
            if (untold.holdsUp(draft)) {
                drop(waiting, new UnavailableException(HELD_UP, RETRY_AFTER), later);
                return;
            }
            Position first = positions.first(draft, found);
            if (first != null) {
                repeat(waiting, first, later);
                return;
            }
            MemoryChannel channel = memory.open(draft.channel(), draft.payer());
            if (channel == null) {
                drop(waiting, noRoom(), later);
            } else {
                feed.add(positions.next(waiting, channel));
            }
        }
    }

    @GuardedBy("lock")
    private void repeat(Waiting waiting, Position first, Later later) {
        pendingBytes.remove(waiting.draft().payer(), waiting.bytes());
        MemoryChannel channel = memory.channel(waiting.draft().channel());
        Pending before = channel == null ? null : positions.lastOf(channel);
        if (before == null) {
            Appended appended = new Appended(first, Level.DURABLE, true);
            later.add(() -> waiting.future().complete(appended));
        } else {
            before.answerAfter(waiting, first);
        }
    }

    @Override
    public void onUnanswered() {
        synchronized (lock) {
            positions.askLonger();
        }
    }

    /** The publisher is told; nothing is left of the draft. */
    @Override
    public void drop(Waiting waiting, Throwable cause, Later later) {
        Draft draft = waiting.draft();
        pendingBytes.remove(draft.payer(), waiting.bytes());
        fail(draft.publisher(), draft.channel(), waiting.future(), cause, later);
    }

    private void fail(
            String publisher,
            String channel,
            CompletableFuture<Appended> future,
            Throwable cause,
            Later later) {
        synchronized (lock) {
            untold.add(publisher, channel, future);
        }
        later.add(
                () -> {
                    future.completeExceptionally(cause);
                    synchronized (lock) {
                        untold.remove(publisher, channel, future);
                    }
                });
    }

    @Override
    public void onArchived(List<Pending> archived) {
        synchronized (lock) {
            for (Pending pending : archived) {
                memory.add(pending.channel, pending.archived.entry(), pending.payer);
                positions.archived(pending);
                pendingBytes.remove(pending.payer, pending.bytes);
            }
        }
    }

    @Override
    public void onSettled(List<Pending> archived) {
        Later later = new Later();
        later.add(memory::carry);
        Set<@Nullable Payer> payers = new LinkedHashSet<>();
        for (Pending pending : archived) {
            later.add(() -> answer(pending));
            payers.add(pending.payer);
        }
        payers.forEach(payer -> later.add(() -> node.reclaimEntries(payer)));
        later.run();
    }

    private void answer(Pending pending) {
        List<Pending.Answer> answers = answers(pending);
        while (!answers.isEmpty()) {
            answers.forEach(Pending.Answer::complete);
            answers = answers(pending);
        }
    }

    /** Those who wait for it; if there are none, no later repeat waits for it, either. */
    private List<Pending.Answer> answers(Pending pending) {
        synchronized (lock) {
            List<Pending.Answer> answers = pending.takeAnswers();
            if (answers.isEmpty()) {
                positions.answered(pending);
                memory.unpin(pending.channel);
            }
            return answers;
        }
    }

    @Override
    public void onStalled() {
        synchronized (lock) {
            positions.pause();
        }
    }

    @Override
    public void onRecovered(Later later) {
        synchronized (lock) {
            positions.resume();
            for (Waiting next = delayed.poll(); next != null; next = delayed.poll()) {
                admit(next, later);
            }
        }
    }

    /**
     * Nothing gets a position that a client may know with another message: the archive may not know
     * any more where channels ended.
     */
    @Override
    public void onLost(long missed, Later later) {
        synchronized (lock) {
            positions.endGeneration();
        }
        later.add(() -> logs.tell("archive", () -> observer.onLost(missed)));
    }

    @GuardedBy("lock")
    private void armPatience(long sinceNanos) {
        if (!patienceArmed) {
            patienceArmed = true;
            wheel.schedule(patience, sinceNanos + PATIENCE_NANOS);
        }
    }

    /** What has waited too long fails, and everything behind it. */
    @GuardedBy("lock")
    private void endPatience(long nowNanos, Later later) {
        patienceArmed = false;
        long tooOld = nowNanos - PATIENCE_NANOS;
        Long oldest = oldestNanos();
        if (oldest != null && oldest - tooOld <= 0) {
            feed.giveUp();
            positions.pause();
            failAll(new UnavailableException(NOT_WRITTEN, RETRY_AFTER), later);
            return;
        }
        Long asked =
                lookUps.abandonBefore(
                        tooOld, new UnavailableException(NOT_READ, RETRY_AFTER), later);
        if (oldest == null || (asked != null && asked - oldest < 0)) {
            oldest = asked;
        }
        if (oldest != null) {
            armPatience(oldest);
        }
    }

    /** When the oldest draft came that waits for a write; null if there is none. */
    @GuardedBy("lock")
    private @Nullable Long oldestNanos() {
        for (Pending pending : feed.pending()) {
            if (pending.isAwaited()) {
                return pending.sinceNanos;
            }
        }
        return delayed.isEmpty() ? null : delayed.element().sinceNanos();
    }

    /** All publishers are told; what has a position stays until it is archived. */
    @GuardedBy("lock")
    private void failAll(UnavailableException cause, Later later) {
        for (Pending pending : feed.pending()) {
            for (Pending.Answer answer : pending.takeAnswers()) {
                fail(answer.publisher(), pending.channel.name(), answer.future(), cause, later);
            }
        }
        lookUps.abandonAll(cause, later);
        for (Waiting next = delayed.poll(); next != null; next = delayed.poll()) {
            drop(next, cause, later);
        }
    }

    /** Accepts nothing more. What the archive has begun to write may still be acknowledged. */
    void close() {
        feed.close();
        wheel.cancel(patience);
    }

    /** The archive is closed: whoever still waits is told so. */
    void failRest() {
        Later later = new Later();
        synchronized (lock) {
            failAll(new UnavailableException(STOPPING, RETRY_AFTER), later);
        }
        later.run();
    }

    private final class Patience extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            Later later = new Later();
            synchronized (lock) {
                endPatience(nowNanos, later);
            }
            later.run();
        }
    }
}
