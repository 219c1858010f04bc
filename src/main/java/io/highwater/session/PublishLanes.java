package io.highwater.session;

import io.highwater.backbone.Appended;
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

    /** Channels that have a publish under way or that one holds up. Guarded by this. */
    private final Map<String, Lane> lanes = new HashMap<>();

    PublishLanes(Function<Publish, CompletionStage<Appended>> backbone, Answers answers) {
        this.backbone = backbone;
        this.answers = answers;
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

    /** Whether so many channels are held up that a well-meaning client can't be behind it. */
    synchronized boolean isOverfull() {
        return lanes.size() > MOST_FAILED;
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
                CompletableFuture<Appended> appended =
                        backbone.apply(publish).toCompletableFuture();
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
            if (lane.failedMsgId == null) {
                lanes.remove(channel);
            }
        }
        return next;
    }

    /** 0 where it did not come too fast. */
    private record Turn(Publish publish, long retryAfterMillis) {}

    /** One channel's. */
    private static final class Lane {
        /** Guarded by the lanes. */
        private final ArrayDeque<Turn> waiting = new ArrayDeque<>(2);

        /** Guarded by the lanes: somebody runs it or the backbone will. */
        private boolean busy;

        /** Confined to who made the lane busy. */
        private @Nullable String failedMsgId;
    }
}
