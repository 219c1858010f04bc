package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Appended;
import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Command.Publish;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the publishes of one session in order for each channel: after one that failed, all later
 * ones fail until the failed one is sent again (docs/protocol.md rules 2 and 8). Thread-safe,
 * though only one thread at a time publishes. Answers are given on the thread that has them,
 * without a lock held.
 */
final class PublishOrder {
    // Several publishes to a channel may be with the backbone at once. The backbone keeps their
    // order and, after one that failed, fails those behind it, so that none overtakes it. Which one
    // failed first is decided by their numbers: a publish that is refused here, without the
    // backbone, fails before those that are still under way ahead of it. If one of them fails after
    // all, that one takes its place.

    /** How publishes are answered: exactly one call for each publish, whatever its outcome. */
    interface Answers {
        void onPublished(Publish publish, Appended appended);

        /** The publish failed; it holds up its channel until it is sent again. */
        void onFailed(Publish publish, Throwable cause);

        /** The same for a publish that came too fast. */
        void onRateLimited(Publish publish, long retryAfterMillis);

        void onOutOfOrder(Publish publish, String failedMsgId);
    }

    /** The most channels that may be held up; each costs memory until the client sends again. */
    static final int MOST_FAILED = 1_000;

    private final Function<Publish, CompletionStage<Appended>> backbone;
    private final Answers answers;
    private final Book names;
    private final Payer payer;

    /** Channels with a publish under way, or held up by one that failed. */
    @GuardedBy("this")
    private final Map<String, Line> lines = new HashMap<>();

    /** Bytes charged for the channels that are held up. */
    @GuardedBy("this")
    private long heldBytes;

    @GuardedBy("this")
    private boolean closed;

    /**
     * @param names the account that channels are charged to while they are held up
     */
    PublishOrder(
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
        long number = enter(publish);
        if (number < 0) {
            return;
        }
        CompletionStage<Appended> appended;
        try {
            appended = backbone.apply(publish);
        } catch (RuntimeException | Error e) {
            settle(publish, number, null, e);
            return;
        }
        var unused =
                appended.whenComplete(
                        (position, cause) -> settle(publish, number, position, cause));
    }

    /**
     * Fails a publish that is not carried out because it came too fast.
     *
     * @param retryAfterMillis at least 1
     */
    void publishTooFast(Publish publish, long retryAfterMillis) {
        long number = enter(publish);
        if (number < 0) {
            return;
        }
        String failedBefore = leave(publish, number, Outcome.FAILED);
        if (failedBefore == null) {
            answers.onRateLimited(publish, retryAfterMillis);
        } else {
            answers.onOutOfOrder(publish, failedBefore);
        }
    }

    /** Fails a publish that is not carried out because there was no room for it to wait. */
    void publishRefused(Publish publish, Throwable cause) {
        long number = enter(publish);
        if (number >= 0) {
            settle(publish, number, null, cause);
        }
    }

    /** Returns the publish's number in its channel, or -1 if it is answered as out of order. */
    private long enter(Publish publish) {
        String failed;
        synchronized (this) {
            Line line = lines.computeIfAbsent(publish.channel(), channel -> new Line());
            failed = line.failedMsgId;
            if (failed == null || failed.equals(publish.msgId())) {
                line.failedMsgId = null;
                line.underWay++;
                return line.next++;
            }
        }
        answers.onOutOfOrder(publish, failed);
        return -1;
    }

    private void settle(
            Publish publish, long number, @Nullable Appended appended, @Nullable Throwable cause) {
        if (appended != null) {
            leave(publish, number, Outcome.PUBLISHED);
            answers.onPublished(publish, appended);
            return;
        }
        String failedBefore = leave(publish, number, Outcome.FAILED);
        if (failedBefore == null) {
            answers.onFailed(publish, cause == null ? new IllegalStateException() : cause);
        } else {
            answers.onOutOfOrder(publish, failedBefore);
        }
    }

    private enum Outcome {
        PUBLISHED,
        FAILED
    }

    /** Returns the msgId of an earlier publish that failed and is not sent again yet, or null. */
    private synchronized @Nullable String leave(Publish publish, long number, Outcome outcome) {
        String channel = publish.channel();
        Line line = lines.get(channel);
        if (line == null) {
            throw new IllegalStateException("a publish is settled twice");
        }
        line.underWay--;
        String failedBefore = null;
        if (outcome == Outcome.FAILED) {
            String failed = line.failedMsgId;
            if (failed == null || number < line.failedNumber) {
                line.failedMsgId = publish.msgId();
                line.failedNumber = number;
            } else if (!failed.equals(publish.msgId())) {
                failedBefore = failed;
            }
        }
        if (line.underWay == 0) {
            release(line);
            if (line.failedMsgId == null) {
                lines.remove(channel);
            } else {
                hold(line, channel, line.failedMsgId);
            }
        }
        return failedBefore;
    }

    /**
     * Whether more channels are held up than a well-behaved client would cause, or there is no room
     * for them.
     */
    synchronized boolean isOverfull() {
        return lines.size() > MOST_FAILED
                || (heldBytes > names.fairBytes() && names.isClosedTo(payer));
    }

    /** The session is over: channels are no longer held up. */
    synchronized void close() {
        closed = true;
        for (Line line : lines.values()) {
            release(line);
        }
    }

    @GuardedBy("this")
    private void hold(Line line, String channel, String msgId) {
        if (!closed) {
            line.heldBytes = Line.BYTES + HeapBytes.of(channel) + HeapBytes.of(msgId);
            charge(line.heldBytes);
        }
    }

    @GuardedBy("this")
    private void release(Line line) {
        if (line.heldBytes != 0) {
            charge(-line.heldBytes);
            line.heldBytes = 0;
        }
    }

    @GuardedBy("this")
    private void charge(long delta) {
        heldBytes += delta;
        names.add(payer, delta);
    }

    /** The publishes to one channel. Guarded by its owner. */
    private static final class Line {
        /** 48 bytes for the line, and its entry in the map. */
        private static final int BYTES = 48 + HeapBytes.MAP_ENTRY;

        /** Number of the next publish. */
        private long next;

        /** Publishes that the backbone has not answered. */
        private int underWay;

        /** The publish that must be sent again before any other is taken; null if none failed. */
        private @Nullable String failedMsgId;

        private long failedNumber;

        /** Bytes charged for it while it is held up. */
        private long heldBytes;
    }
}
