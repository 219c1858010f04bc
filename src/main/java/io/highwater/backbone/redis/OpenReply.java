package io.highwater.backbone.redis;

/** What Redis says of a shard. */
sealed interface OpenReply {
    /**
     * Where its log is. Immutable.
     *
     * @param top the last entry
     * @param wallMillis the time of day in Redis, in ms since 1970
     */
    record Opened(StreamId top, long wallMillis) implements OpenReply {}

    /** It cannot be used. Immutable. */
    record Unusable(String why) implements OpenReply {}
}
