package io.highwater.backbone;

import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * A publication in the log, or in an ephemeral channel. Immutable as long as no code writes into
 * {@code data}.
 *
 * @param position {@link #NOWHERE} in an ephemeral channel, of which there is no log
 * @param previous on the first entry of a channel in a new generation, if known: the channel's last
 *     position in the old one; on an entry after repeats, which are not delivered: the position
 *     before those; otherwise null
 * @param key what it is the newest value of, or null
 * @param secret the data must never be compressed
 * @param data JSON text in UTF-8, byte for byte as it was published; shared, not copied
 * @param appendedNanos when it was appended, by this node's Ticker
 * @param late it was recovered after its turn: entries that follow it were delivered before it
 * @param publisher its publisher's {@link PublisherName} if that contains a subject; otherwise null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; it saves one copy per message.
public record Entry(
        String channel,
        Position position,
        @Nullable Position previous,
        String msgId,
        @Nullable String key,
        boolean secret,
        byte[] data,
        long appendedNanos,
        boolean late,
        @Nullable String publisher) {
    /** The place of a publication that is in no log: equal to no position of one. */
    static final Position NOWHERE = new Position("", 0, 0, 0);

    /** A publication in an ephemeral channel. */
    public static Entry ephemeral(Draft draft, long nowNanos) {
        return new Entry(
                draft.channel(),
                NOWHERE,
                null,
                draft.msgId(),
                draft.key(),
                draft.secret(),
                draft.data(),
                nowNanos,
                false,
                PublisherName.ifSubject(draft.publisher()));
    }

    /** An entry of a publisher without a subject. */
    public Entry(
            String channel,
            Position position,
            @Nullable Position previous,
            String msgId,
            @Nullable String key,
            boolean secret,
            byte[] data,
            long appendedNanos,
            boolean late) {
        this(channel, position, previous, msgId, key, secret, data, appendedNanos, late, null);
    }

    /** The same if it comes in its turn. */
    public Entry(
            String channel,
            Position position,
            @Nullable Position previous,
            String msgId,
            @Nullable String key,
            boolean secret,
            byte[] data,
            long appendedNanos) {
        this(channel, position, previous, msgId, key, secret, data, appendedNanos, false);
    }

    /** Whether it is in no log: nobody can resume after it. */
    public boolean isEphemeral() {
        return position.channelSequence() == 0; // In a log it is at least 1.
    }

    /**
     * Whether it is the next entry of its channel after a position.
     *
     * @param before of the same origin
     */
    public boolean follows(Position before) {
        // Not equals: the shardSequence may come from a client.
        boolean next =
                before.generation() == position.generation()
                        && before.channelSequence() == position.channelSequence() - 1;
        return next
                || (previous != null
                        && before.generation() == previous.generation()
                        && before.channelSequence() == previous.channelSequence());
    }
}
