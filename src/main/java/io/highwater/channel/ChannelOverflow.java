package io.highwater.channel;

/**
 * What happens to a subscriber that cannot keep up with a channel: the names of {@code
 * OverflowPolicy} that a channel can have. There is no PAUSE, since a channel cannot be paused for
 * the sake of one reader.
 */
public enum ChannelOverflow {
    /** Its session ends with 1013; it comes back and resumes. */
    EVICT,

    /** It keeps the newest messages, or the newest of each key, and is told what it skipped. */
    LATEST
}
