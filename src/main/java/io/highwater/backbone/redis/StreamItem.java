package io.highwater.backbone.redis;

import org.jspecify.annotations.Nullable;

/** What stands in a shard's stream. {@link StreamFormat} reads it. */
sealed interface StreamItem {
    StreamId id();

    /** About the bytes of its data and texts, for bounds of what is read at once. */
    default long bytes() {
        return 0;
    }

    /**
     * A publication. Immutable as long as no code writes into {@code data}.
     *
     * @param wallMillis when it was appended, in ms since 1970, by the clock of Redis
     * @param key what it is the newest value of, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; it saves one copy per message.
    record Stored(
            StreamId id,
            long wallMillis,
            String channel,
            long channelSequence,
            String msgId,
            String publisher,
            boolean secret,
            @Nullable String key,
            byte[] data)
            implements StreamItem {
        @Override
        public long bytes() {
            return (long) data.length
                    + channel.length()
                    + msgId.length()
                    + publisher.length()
                    + (key == null ? 0 : key.length());
        }
    }

    /**
     * The beginning of a generation. Immutable.
     *
     * @param before the last entry of the generation before that Redis still has
     */
    record Marker(StreamId id, StreamId before) implements StreamItem {}

    /**
     * An entry that this version cannot read, or that somebody else wrote. Immutable.
     *
     * @param why for the log; contains nothing of the entry
     */
    record Unreadable(StreamId id, String why) implements StreamItem {}
}
