package io.highwater.backbone.redis;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Level;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.redis.PublishReply.Fenced;
import io.highwater.backbone.redis.PublishReply.Result;
import io.highwater.backbone.redis.PublishReply.Taken;
import io.highwater.backbone.redis.Waiting.Flow;
import io.highwater.backbone.redis.Waiting.Name;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one shard that are not acknowledged yet, in the order in which they were handed
 * in. Confined to the shard's loop.
 */
final class ShardPublisher {
    // A message goes through three queues: it waits, is in the call under way, and is appended.
    // Only one call is under way, so that the order of the messages is the order in the log, even
    // if a call has to be repeated. A message is acknowledged when this node has read it back.
    //
    // A call may fail without an answer. Then nobody knows whether Redis carried it out, and it is
    // sent again: what was appended already is answered as a repeat.
    //
    // When a new generation begins, Redis may have lost what was appended. What this node has not
    // read back before the barrier ended is sent again, before anything younger.
    //
    // If there is an archive, a message is acknowledged when that has it too. What the archive did
    // not get before it closed a generation is sent again, since other nodes may never see it.

    static final int MOST_MESSAGES = 16;
    private static final long MOST_CALL_BYTES = 256 << 10;
    private static final Duration TICK = Duration.ofMillis(100);

    private enum Gate {
        /** Nothing is sent: the generation is not reconciled. */
        HELD,
        OPEN,
        CLOSED
    }

    private final ShardContext context;
    private final ShardLoop loop;
    private final PublishCalls calls;
    private final Backoff backoff;

    /** What an acknowledgement promises: LOG, or DURABLE. */
    private final Level level;

    /** Told of each message that was answered. */
    private final Consumer<Waiting> released;

    /** Called when messages wait for the archive. */
    private final Runnable awaits;

    /** Called when the reader does not find the generation that Redis speaks of. */
    private final Runnable lost;

    private Gate gate = Gate.HELD;

    /** Answered by Redis; not read back yet, or not archived. */
    private ArrayDeque<Waiting> appended = new ArrayDeque<>();

    /** In the call under way; null if there is none. */
    private @Nullable List<Waiting> call;

    private ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private final Map<Name, Waiting> names = new HashMap<>();

    /** A message that was handed in before another failed may come after that. */
    private final FailedFlows failedFlows;

    private final OpenedChannels opened;

    /** How far this node has read the generation that it has reconciled. */
    private StreamId reached = StreamId.NONE;

    /** Up to here everything is archived. */
    private StreamId archived = StreamId.NONE;

    /** The same in a newer generation, which begins once the call under way is answered. */
    private @Nullable StreamId begins;

    /** The next call waits for the back-off. */
    private boolean pausing;

    private boolean ticking;

    /** Rises whenever the gate is held or opened, so that only the last fence is looked at. */
    private int holds;

    /** Why the last call of the shard failed; null if it did not. Written on the loop. */
    private volatile @Nullable String trouble;

    /** What was read back was not archived in time. Written on the loop. */
    private volatile boolean stalled;

    /**
     * @param channels the most channels of a generation
     * @param level what an acknowledgement promises: LOG, or DURABLE
     * @param released told of each message that was answered
     * @param awaits called when messages wait for the archive
     * @param lost called when Redis rejects messages since it is in another generation, and this
     *     node has not found that for a while: it may read from, or append to, a Redis that others
     *     have left
     */
    ShardPublisher(
            ShardContext context,
            PublishCalls calls,
            int channels,
            Level level,
            Consumer<Waiting> released,
            Runnable awaits,
            Runnable lost) {
        this.context = context;
        this.loop = context.loop();
        this.calls = calls;
        this.backoff = context.backoff();
        this.level = level;
        this.released = released;
        this.awaits = awaits;
        this.lost = lost;
        this.opened = new OpenedChannels(channels);
        this.failedFlows = new FailedFlows(context.timing().give());
    }

    void add(Waiting message) {
        if (gate == Gate.CLOSED) {
            fail(message, stopping());
            return;
        } else if (failedFlows.holdUp(message)) {
            fail(message, behindFailed());
            tickLater();
            return;
        }
        waiting.add(message);
        names.putIfAbsent(message.name(), message);
        tickLater();
        send();
    }

    /**
     * The node has reconciled a generation: from now on messages are appended to it.
     *
     * @param base how far the node has read it
     */
    void open(StreamId base) {
        if (gate == Gate.CLOSED) {
            return;
        }
        begins = base;
        // What is not acknowledged by now never is at its old position.
        forgetPositions();
        if (call == null) {
            begin();
        }
    }

    private void begin() {
        StreamId base = begins;
        if (base == null) {
            return;
        }
        begins = null;
        if (base.generation() != reached.generation()) {
            opened.clear();
        }
        reached = base;
        holds++;
        gate = Gate.OPEN;
        if (!appended.isEmpty()) {
            int resent = appended.size();
            context.tell(() -> context.observer().onResent(resent));
            forgetPositions();
            appended.addAll(waiting);
            waiting = appended;
            appended = new ArrayDeque<>();
        }
        send();
    }

    private void forgetPositions() {
        for (Waiting message : appended) {
            message.position = null;
            message.resent = true;
        }
    }

    /** A new generation has begun, which the node has not reconciled. */
    void hold() {
        holds++;
        if (gate == Gate.OPEN) {
            gate = Gate.HELD;
        }
    }

    /** The node has read the log up to here. */
    void reached(StreamId id) {
        if (begins != null && begins.generation() == id.generation()) {
            begins = id;
        } else {
            reached = id;
            settle();
        }
    }

    /** Everything up to here is archived, and every node finds it. */
    void archived(StreamId id) {
        if (id.isAfter(archived)) {
            archived = id;
            setStalled(false);
            settle();
        }
    }

    private void setStalled(boolean now) {
        if (stalled != now) {
            stalled = now;
            context.tell(() -> context.observer().onStalled(now ? 1 : -1));
        }
    }

    /** Whether messages wait for the archive. */
    boolean awaitsArchive() {
        return level == Level.DURABLE && !appended.isEmpty();
    }

    /** Whether the archive is so late that new messages are refused. Thread-safe. */
    boolean isStalled() {
        return stalled;
    }

    /** Other calls succeed. Those that append may fail all the same, while messages wait. */
    void works() {
        if (call == null && waiting.isEmpty()) {
            trouble = null;
        }
    }

    /** A call would fail, as others do. */
    void fails(String why) {
        trouble = why;
    }

    /** There is a connection again: no need to wait longer. */
    void connected() {
        works();
        backoff.succeeded();
        pausing = false;
        send();
    }

    /** The address that a message which was read back is charged to. */
    @Nullable Payer payer(StreamItem.Stored entry) {
        if (names.isEmpty()) {
            return null;
        }
        Waiting own = names.get(new Name(entry.publisher(), entry.channel(), entry.msgId()));
        return own == null ? null : own.draft.payer();
    }

    /** Why messages are not appended at the moment; null if they are. Thread-safe. */
    @Nullable String trouble() {
        return trouble == null && stalled ? "the archive is behind the log" : trouble;
    }

    void close() {
        gate = Gate.CLOSED;
        List<Waiting> all = new ArrayList<>();
        forEach(all::add);
        appended.clear();
        waiting.clear();
        all.forEach(message -> fail(message, stopping()));
    }

    private void forEach(Consumer<Waiting> action) {
        appended.forEach(action);
        if (call != null) {
            call.forEach(action);
        }
        waiting.forEach(action);
    }

    private void send() {
        if (gate != Gate.OPEN || call != null || pausing || waiting.isEmpty()) {
            return;
        }
        List<Waiting> batch = nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        call = batch;
        var unused =
                Guarded.call(() -> calls.publish(reached, List.copyOf(batch), mayOpen(batch)))
                        .whenComplete(
                                (reply, failure) ->
                                        loop.execute(() -> answered(batch, reply, failure)));
    }

    private List<Boolean> mayOpen(List<Waiting> batch) {
        return batch.stream().map(message -> opened.mayOpen(message.draft.payer())).toList();
    }

    private List<Waiting> nextBatch() {
        List<Waiting> batch = new ArrayList<>(MOST_MESSAGES);
        long bytes = 0;
        while (batch.size() < MOST_MESSAGES && !waiting.isEmpty()) {
            Waiting next = waiting.element();
            if (next.leastGeneration > reached.generation()) {
                Flow flow = next.flow();
                waiting = failing(waiting, message -> message.flow().equals(flow), cutOff());
                continue;
            }
            bytes += next.draft.data().length;
            if (!batch.isEmpty() && bytes > MOST_CALL_BYTES) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }

    private void answered(
            List<Waiting> batch, @Nullable PublishReply reply, @Nullable Throwable failure) {
        call = null;
        if (gate == Gate.CLOSED) {
            return;
        }
        try {
            if (reply instanceof Taken taken) {
                backoff.succeeded();
                trouble = null;
                taken(batch, taken);
            } else if (reply instanceof Fenced fenced) {
                backoff.succeeded();
                fenced(batch, fenced);
            } else {
                failed(batch, failure);
            }
        } finally {
            begin();
            settle();
            send();
        }
    }

    private void taken(List<Waiting> batch, Taken taken) {
        context.tell(() -> context.observer().onAppended(batch.size(), taken.repeats()));
        if (taken.channels() >= 0) {
            opened.onTaken(taken.channels());
        }
        Set<Flow> refused = new HashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            Waiting message = batch.get(i);
            Result result = taken.results().get(i);
            Position position = result.position();
            boolean own = !result.duplicate() || message.resent;
            if (position != null && position.channelSequence() == 1 && own) {
                opened.onOpened(message.draft.payer());
            }
            if (message.over) {
                continue;
            }
            if (position == null) {
                refused.add(message.flow());
                fail(message, noRoom());
            } else {
                message.position = position;
                message.found = result.duplicate();
                // A repeat of our own call is none for the publisher.
                message.duplicate = result.duplicate() && !message.resent;
                appended.add(message);
            }
        }
        if (!refused.isEmpty()) {
            waiting = failing(waiting, message -> refused.contains(message.flow()), noRoom());
        }
    }

    private void fenced(List<Waiting> batch, Fenced fenced) {
        context.tell(() -> context.observer().onFenced(batch.size()));
        giveBack(batch);
        long reconciled = begins == null ? reached.generation() : begins.generation();
        if (fenced.generation() != reconciled) {
            // The reader is about to find the new generation, or waits at its barrier.
            hold();
            int number = holds;
            loop.schedule(() -> lookAgain(number), context.timing().call());
        }
    }

    /** Asks Redis again, unless the generation was found in the meantime. */
    private void lookAgain(int hold) {
        if (gate == Gate.HELD && hold == holds) {
            lost.run();
            gate = Gate.OPEN;
            send();
        }
    }

    private void failed(List<Waiting> batch, @Nullable Throwable failure) {
        batch.forEach(message -> message.resent = true);
        giveBack(batch);
        trouble = failure == null ? "no answer" : RedisFailure.describe(failure);
        context.tell(context.observer()::onAppendRetry);
        pausing = true;
        loop.schedule(this::goOn, backoff.failed());
    }

    private void goOn() {
        pausing = false;
        send();
    }

    private void giveBack(List<Waiting> batch) {
        for (int i = batch.size() - 1; i >= 0; i--) {
            if (!batch.get(i).over) {
                waiting.addFirst(batch.get(i));
            }
        }
    }

    /** Acknowledges what was read back, and archived if there is an archive. */
    private void settle() {
        long now = loop.nowNanos();
        StreamId last = level == Level.DURABLE && reached.isAfter(archived) ? archived : reached;
        for (Waiting first = appended.peek(); first != null; first = appended.peek()) {
            Position position = first.position;
            if (position == null || !isSettled(first, StreamId.of(position), last)) {
                if (level == Level.DURABLE) {
                    awaits.run();
                }
                return;
            }
            appended.remove();
            Appended answer = new Appended(position, level, first.duplicate);
            long nanos = now - first.sinceNanos;
            context.tell(() -> context.observer().onAcknowledged(nanos));
            release(first);
            first.answer.complete(answer);
        }
    }

    /**
     * Of a former generation, this node may have read a part only. But what Redis found it has
     * kept.
     */
    private static boolean isSettled(Waiting message, StreamId id, StreamId last) {
        return !id.isAfter(last) && (message.found || id.generation() == last.generation());
    }

    private void tickLater() {
        if (!ticking) {
            ticking = true;
            loop.schedule(this::tick, TICK);
        }
    }

    private void tick() {
        ticking = false;
        try {
            long now = loop.nowNanos();
            expire(now - context.timing().give().toNanos());
            failedFlows.forget(now);
        } finally {
            if (!appended.isEmpty()
                    || call != null
                    || !waiting.isEmpty()
                    || !failedFlows.isEmpty()) {
                tickLater();
            }
        }
    }

    /**
     * Fails the messages that have waited too long, and the later ones of the same publishers to
     * the same channels: they must not overtake those.
     */
    private void expire(long latestNanos) {
        Set<Flow> expired = new HashSet<>();
        forEach(
                message -> {
                    if (!message.over && message.sinceNanos - latestNanos <= 0) {
                        expired.add(message.flow());
                        setStalled(stalled || isReadBack(message));
                    }
                });
        if (expired.isEmpty()) {
            return;
        }
        UnavailableException failure = RedisShard.unavailability("the log cannot be reached now");
        appended = failing(appended, message -> expired.contains(message.flow()), failure);
        if (call != null) {
            for (Waiting message : call) {
                if (!message.over && expired.contains(message.flow())) {
                    fail(message, failure);
                }
            }
        }
        waiting = failing(waiting, message -> expired.contains(message.flow()), failure);
    }

    private boolean isReadBack(Waiting message) {
        Position position = message.position;
        return position != null && !StreamId.of(position).isAfter(reached);
    }

    /** The queue without those that fail now. */
    private ArrayDeque<Waiting> failing(
            ArrayDeque<Waiting> queue, Predicate<Waiting> fails, UnavailableException failure) {
        ArrayDeque<Waiting> rest = new ArrayDeque<>();
        for (Waiting message : queue) {
            if (fails.test(message)) {
                fail(message, failure);
            } else {
                rest.add(message);
            }
        }
        return rest;
    }

    private void fail(Waiting message, UnavailableException failure) {
        if (message.over) {
            return;
        }
        release(message);
        context.tell(() -> context.observer().onFailed(1));
        message.answer.completeExceptionally(failure);
        failedFlows.add(message.flow(), loop.nowNanos());
    }

    private void release(Waiting message) {
        message.over = true;
        names.remove(message.name(), message);
        released.accept(message);
    }

    private static UnavailableException behindFailed() {
        return RedisShard.unavailability("an earlier message to the channel failed");
    }

    private static UnavailableException cutOff() {
        return RedisShard.unavailability("the publisher knows more of the log than this node");
    }

    private static UnavailableException noRoom() {
        return RedisShard.unavailability("there is no room for another channel");
    }

    private static UnavailableException stopping() {
        return RedisShard.unavailability("the node is stopping");
    }
}
