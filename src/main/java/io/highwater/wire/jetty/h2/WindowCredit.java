package io.highwater.wire.jetty.h2;

/**
 * How many WINDOW_UPDATE frames of a client can be of use: those that give back what we sent. The
 * most eager client answers each DATA frame with two, for the stream and for the connection.
 *
 * <p>The flusher calls {@link #add}, the thread that parses calls {@link #take}.
 */
final class WindowCredit {
    private static final int A_FRAME = 2;

    /** When a stream begins, its window may be widened in a few steps. */
    private static final int A_STREAM = 4;

    /** The connection's window may be widened before the first stream. */
    private static final int AT_FIRST = 100;

    /** Unused credit is not saved up beyond this. */
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
     * One more WINDOW_UPDATE came.
     *
     * @param streams opened so far
     * @return false if nothing we sent asks for it
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
