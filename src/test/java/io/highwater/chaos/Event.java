package io.highwater.chaos;

import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a run. Immutable.
 *
 * <p>An attempt is one publish command: its number is unique in the history. A client is a name
 * that outlives its connections.
 */
sealed interface Event {
    /** When, by the monotonic clock of the run. */
    long nanos();

    /** Calls the method for its kind. */
    void tell(Reader reader);

    /** Goes through a history; does nothing with the kinds of which it has no method. */
    interface Reader {
        default void on(Sent event) {}

        default void on(Acknowledged event) {}

        default void on(Refused event) {}

        default void on(Broken event) {}

        default void on(Unanswered event) {}

        default void on(Subscribed event) {}

        default void on(Received event) {}

        default void on(Skipped event) {}

        default void on(Gap event) {}

        default void on(Stuck event) {}

        default void on(Archived event) {}

        default void on(Fault event) {}
    }

    /** A client sends a message, for the first time or again. */
    record Sent(long nanos, String client, long attempt, Message message) implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** A publish was answered with {@code published}. */
    record Acknowledged(
            long nanos,
            String client,
            long attempt,
            Message message,
            Position position,
            String level,
            boolean duplicate)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** A publish was answered with an error. */
    record Refused(long nanos, String client, long attempt, Message message, String code)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** The connection ended before the publish was answered. */
    record Broken(long nanos, String client, long attempt, Message message) implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** The client has waited for an answer for longer than anything may take. */
    record Unanswered(long nanos, String client, long attempt, Message message) implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /**
     * A subscribe was answered.
     *
     * @param since the cursor that was sent; null at first
     * @param reason why it is not recovered; null if it is
     * @param cursor as the answer has it
     */
    record Subscribed(
            long nanos,
            String client,
            String channel,
            @Nullable Position since,
            @Nullable String reason,
            Position cursor)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** A message came, whatever the client makes of it. */
    record Received(
            long nanos,
            String client,
            Message message,
            Position position,
            @Nullable Position previous,
            boolean late)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /**
     * The server left out messages, and said so.
     *
     * @param to the last of them
     */
    record Skipped(long nanos, String client, String channel, Position to, String text)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** A message that lies before or between others is missing, which the client asks for. */
    record Gap(long nanos, String client, String channel, Position cursor, Position position)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /** A publisher could not get rid of a message long after the last fault was repaired. */
    record Stuck(long nanos, String client, String text) implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /**
     * At the end a node was asked for a whole channel.
     *
     * @param reader which node
     */
    record Archived(long nanos, String reader, Message message, Position position)
            implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /**
     * A nemesis has struck, and its damage is repaired.
     *
     * @param nanos when it began
     * @param untilNanos when it was over
     * @param loss what the log that the nodes share may have lost; null if nothing
     */
    record Fault(long nanos, long untilNanos, String kind, @Nullable Loss loss) implements Event {
        @Override
        public void tell(Reader reader) {
            reader.on(this);
        }
    }

    /**
     * What was appended from one moment to another may be missing in the log, or has not reached
     * it. Immutable.
     *
     * @param everywhere whether all nodes lost what they had read of it, at the same time
     */
    record Loss(long fromNanos, long toNanos, boolean everywhere) {
        /**
         * Whether it may cover what was appended between two moments.
         *
         * @param fromNanos it was certainly not there before
         * @param toNanos it was certainly there afterwards
         */
        boolean mayCover(long fromNanos, long toNanos) {
            return fromNanos - this.toNanos <= 0 && toNanos - this.fromNanos >= 0;
        }
    }
}
