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
 * The publishes of one session, in order for each channel: behind one that failed all others fail
 * until it is sent again (docs/protocol.md rules 2 and 8). Thread-safe, though one thread at a time
 * publishes; answers come on the thread that has them, under no lock.
 */
final class PublishOrder {
    // Several publishes to a channel may be with the backbone at once. It keeps their order, and
    // fails those behind one that failed, so that none overtakes it. Which one that is, is decided
    // by their numbers: a publish that is refused here, without the backbone, fails before those
    // that are under way in front of it, and must give way where one of them fails after all.

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

    /** Channels that have a publish under way or that one holds up. */
    @GuardedBy("this")
    private final Map<String, Line> lines = new HashMap<>();

    /** What is charged for those that are held up. */
    @GuardedBy("this")
    private long heldBytes;

    @GuardedBy("this")
    private boolean closed;

    /**
     * @param names the account of channels that are held up
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
     * A publish that is not to be carried out, as it came too fast: it fails.
     *
     * @param retryAfterMillis from 1 on
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

    /** A publish that is not to be carried out, as there was no room for it to wait: it fails. */
    void publishRefused(Publish publish, Throwable cause) {
        long number = enter(publish);
        if (number >= 0) {
            settle(publish, number, null, cause);
        }
    }

    /** Its number among those of its channel; below 0 where it is out of order, and told so. */
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

    /** Null, or which one before it has failed and is not sent again yet. */
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
     * Whether so many channels are held up that a well-meaning client can't be behind it, or that
     * there is no room for them.
     */
    synchronized boolean isOverfull() {
        return lines.size() > MOST_FAILED
                || (heldBytes > names.fairBytes() && names.isClosedTo(payer));
    }

    /** The session is over: nothing is held up any more. */
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
        /** The line 48, its place in the map. */
        private static final int BYTES = 48 + HeapBytes.MAP_ENTRY;

        /** Of the next publish. */
        private long next;

        /** Publishes that the backbone has not answered. */
        private int underWay;

        /** Which one has to be sent again before any other is taken; null where none failed. */
        private @Nullable String failedMsgId;

        private long failedNumber;

        /** What is charged for it while it is held up. */
        private long heldBytes;
    }
}
