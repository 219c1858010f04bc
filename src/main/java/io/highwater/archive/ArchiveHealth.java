package io.highwater.archive;

/**
 * Whether an archive can do its work. Immutable.
 *
 * @param detail for an operator: where it is, what it waits for, or what is wrong; one line,
 *     without passwords
 */
public record ArchiveHealth(State state, String detail) {
    public enum State {
        /** It was not started yet, or its start is not complete. */
        STARTING,

        /** Entries are written and read. */
        AVAILABLE,

        /** Entries cannot be written now; it recovers by itself once the cause is gone. */
        UNAVAILABLE,

        /** It was closed. */
        CLOSED
    }
}
