package io.highwater.channel;

/**
 * What happens to a subscriber that cannot keep up with a channel. EVICT and LATEST are what {@code
 * OverflowPolicy} has for annotated endpoints, too; DEMOTE needs the log of a channel. There is no
 * PAUSE, since a channel cannot be paused for the sake of one reader.
 */
public enum ChannelOverflow {
    /** Its session ends with 1013; it comes back and resumes. */
    EVICT,

    /** It keeps the newest messages, or the newest of each key, and is told what it skipped. */
    LATEST,

    /**
     * It loses its queue and keeps a position: as fast as it reads, it is served from the log until
     * it has caught up. It is told what it skipped if the log no longer has what comes next.
     */
    DEMOTE
}
