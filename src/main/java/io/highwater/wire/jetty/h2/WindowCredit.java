package io.highwater.wire.jetty.h2;

/**
 * How many WINDOW_UPDATE frames of a client could be of use: those that give back what we sent. The
 * most eager client answers each DATA frame with two, for the stream and for the connection.
 *
 * <p>{@link #add} is called by the flusher, {@link #take} by the thread that parses.
 */
final class WindowCredit {
    private static final int A_FRAME = 2;

    /** When a stream begins, its window may be widened in a few steps. */
    private static final int A_STREAM = 4;

    /** And the connection's, before the first. */
    private static final int AT_FIRST = 100;

    /** What was not used is not saved up: so many at most. */
    private static final int MOST_SAVED = 10_000;

    /** Written by the flusher, which is one thread at a time. */
    private volatile long sentFrames;

    /** Confined to the thread that parses. */
    private long taken;

    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    void add(int frames) {
        sentFrames += frames;
    }

    /**
     * One more came.
     *
     * @param streams opened so far
     * @return false where nothing we sent asks for it
     */
    boolean take(long streams) {
        long most = AT_FIRST + A_FRAME * sentFrames + A_STREAM * streams;
        if (taken >= most) {
            return false;
        }
        taken = Math.max(taken + 1, most - MOST_SAVED);
        return true;
    }
}
