package io.highwater.outbound;

/**
 * Whether a thread writes to the wire of a {@link SendQueue}. Whoever moves it from {@link #IDLE}
 * or {@link #FULL} to {@link #WRITING} is the writer: the only one to call {@code Wire.write},
 * until it moves the state on. So the wire sees one write at a time and the messages in their
 * order, and no thread waits for a write.
 */
enum WriterState {
    /** Nothing that may go waits, and nobody writes. */
    IDLE,

    /** One thread is the writer. */
    WRITING,

    /** The same, and the wire's onWritable came before the write that it answers had returned. */
    WRITABLE_EARLY,

    /** The wire has more than the transport takes; onWritable will make a writer. */
    FULL,

    /** Offers are refused: the Close is with the wire, or the session failed or is over. */
    ENDED
}
