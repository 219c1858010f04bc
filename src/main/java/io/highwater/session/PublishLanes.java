package io.highwater.session;

import io.highwater.backbone.Appended;
import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Command.Publish;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The publishes of one session, in order for each channel: one at a time is with the backbone, and
 * behind one that failed all others fail until it is sent again (docs/protocol.md rules 2 and 8).
 * Thread-safe; answers come on the thread that has them, under no lock.
 *
 * <p>One at a time because two would overtake each other: the backbone may fail the first and take
 * the second.
 */
final class PublishLanes {
    /** How publishes are answered, whatever became of them: one call for each. */
    interface Answers {
        void onPublished(Publish publish, Appended appended);

        /** The publish failed; it holds up its channel until it is sent again. */
        void onFailed(Publish publish, Throwable cause);

        /** The same of one that came too fast. */
        void onRateLimited(Publish publish, long retryAfterMillis);

        void onOutOfOrder(Publish publish, String failedMsgId);
    }

    /** Channels that may be held up at a time; each costs memory until the client comes back. */
    static final int MOST_FAILED = 1_000;

    private final Function<Publish, CompletionStage<Appended>> backbone;
    private final Answers answers;
    private final Book names;
    private final Payer payer;

    /** Channels that have a publish under way or that one holds up. Guarded by this. */
    private final Map<String, Lane> lanes = new HashMap<>();

    /** Guarded by this: what is charged for those that are held up. */
    private long heldBytes;

    /** Guarded by this. */
    private boolean closed;

    /**
     * @param names the account of channels that are held up
     */
    PublishLanes(
            Function<Publish, CompletionStage<Appended>> backbone,
            Answers answers,
            Book names,
            Payer payer) {
        this.backbone = backbone;
        this.answers = answers;
        this.names = names;
        this.payer = payer;
    }

    void publish(Publish publish) {
        submit(new Turn(publish, 0));
    }

    /**
     * A publish that is not to be carried out, as it came too fast; it fails when it is due.
     *
     * @param retryAfterMillis from 1 on
     */
    void publishTooFast(Publish publish, long retryAfterMillis) {
        submit(new Turn(publish, retryAfterMillis));
    }

    /**
     * Whether so many channels are held up that a well-meaning client can't be behind it, or that
     * there is no room for them.
     */
    synchronized boolean isOverfull() {
        return lanes.size() > MOST_FAILED
                || (heldBytes > names.fairBytes() && names.isClosedTo(payer));
    }

    /** The session is over: nothing is held up any more. */
    synchronized void close() {
        closed = true;
        lanes.values().forEach(this::release);
    }

    private void hold(Lane lane, String channel, String msgId) {
        if (lane.heldBytes == 0 && !closed) {
            lane.heldBytes = Lane.BYTES + HeapBytes.of(channel) + HeapBytes.of(msgId);
            charge(lane.heldBytes);
        }
    }

    private void release(Lane lane) {
        charge(-lane.heldBytes);
        lane.heldBytes = 0;
    }

    private void charge(long delta) {
        heldBytes += delta;
        names.add(payer, delta);
    }

    private void submit(Turn turn) {
        Lane lane;
        synchronized (this) {
            lane = lanes.computeIfAbsent(turn.publish().channel(), channel -> new Lane());
            if (lane.busy) {
                lane.waiting.add(turn);
                return;
            }
            lane.busy = true;
        }
        run(lane, turn);
    }

    /** Goes on until the lane is empty or waits for the backbone; who calls it owns the lane. */
    private void run(Lane lane, Turn first) {
        Turn turn = first;
        while (turn != null) {
            Publish publish = turn.publish();
            String failed = lane.failedMsgId;
            if (failed != null && !failed.equals(publish.msgId())) {
                answers.onOutOfOrder(publish, failed);
            } else if (turn.retryAfterMillis() > 0) {
                lane.failedMsgId = publish.msgId();
                answers.onRateLimited(publish, turn.retryAfterMillis());
            } else {
                CompletableFuture<Appended> appended = append(publish);
                if (!appended.isDone()) {
                    appended.whenComplete(
                            (position, cause) -> {
                                settle(lane, publish, position, cause);
                                Turn next = next(lane, publish.channel());
                                if (next != null) {
                                    run(lane, next);
                                }
                            });
                    return;
                }
                appended.whenComplete((position, cause) -> settle(lane, publish, position, cause));
            }
            turn = next(lane, publish.channel());
        }
    }

    private CompletableFuture<Appended> append(Publish publish) {
        try {
            return backbone.apply(publish).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void settle(
            Lane lane, Publish publish, @Nullable Appended appended, @Nullable Throwable cause) {
        if (appended != null) {
            lane.failedMsgId = null;
            answers.onPublished(publish, appended);
        } else {
            lane.failedMsgId = publish.msgId();
            answers.onFailed(publish, cause == null ? new IllegalStateException() : cause);
        }
    }

    private synchronized @Nullable Turn next(Lane lane, String channel) {
        Turn next = lane.waiting.poll();
        if (next == null) {
            lane.busy = false;
            String failed = lane.failedMsgId;
            if (failed == null) {
                lanes.remove(channel);
                release(lane);
            } else {
                hold(lane, channel, failed);
            }
        }
        return next;
    }

    /** 0 where it did not come too fast. */
    private record Turn(Publish publish, long retryAfterMillis) {}

    /** One channel's. */
    private static final class Lane {
        /** The lane 32, its place in the map, what waits 56. */
        private static final int BYTES = 88 + HeapBytes.MAP_ENTRY;

        /** Guarded by the lanes. */
        private final ArrayDeque<Turn> waiting = new ArrayDeque<>(2);

        /** Guarded by the lanes: somebody runs it or the backbone will. */
        private boolean busy;

        /** Guarded by the lanes: what is charged for it while it is held up. */
        private long heldBytes;

        /** Confined to who made the lane busy. */
        private @Nullable String failedMsgId;
    }
}
