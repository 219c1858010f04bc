package io.highwater.archive;

/** Told of what an archive does, on several threads at once; must not block. */
public interface ArchiveObserver {
    ArchiveObserver NONE = new ArchiveObserver() {};

    /**
     * Calls of the writers wait to be written, or are over.
     *
     * @param change below 0 where they are over
     */
    default void onWaiting(int change) {}

    /**
     * Entries were archived, repeats included.
     *
     * @param bytes what was written for them, roughly
     * @param nanos how long their write took
     * @param oldestNanos how long the oldest of their calls had waited until then
     */
    default void onWritten(int entries, long bytes, long nanos, long oldestNanos) {}

    /** A write failed; it is tried again once the archive is well. */
    default void onWriteFailed() {}

    /** A question was answered: a page, a time, a top or a message. */
    default void onRead(long nanos) {}

    /** A question failed. */
    default void onReadFailed() {}

    /** The server of the archive was lost; it is looked for until it is found again. */
    default void onUnreachable() {}

    /** Another node took the lease of a shard. */
    default void onLeaseLost() {}

    /**
     * The archive was found to lack entries that it had acknowledged, and that nobody can hand over
     * again: its server was replaced by a standby that was behind, or by a backup.
     */
    default void onLost(long entries) {}

    /** Everything of a day, or of a like span, was dropped. */
    default void onDropped() {}
}
