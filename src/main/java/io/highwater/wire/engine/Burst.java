package io.highwater.wire.engine;

import io.highwater.wire.Opcode;
import io.highwater.wire.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a transport has brought and that are not parsed yet: in a read buffer that is
 * borrowed for a burst, or the few that are left of it on the heap. Control frames among them may
 * be taken out of order.
 *
 * <p>The half of {@link WireReader} that knows no messages, with the same confinement.
 */
abstract sealed class Burst permits WireReader {
    /** With this many unparsed bytes nothing more is read ahead; so there are at most 24 KiB. */
    static final int AHEAD_BYTES = 8 * 1024;

    /** Takes control frames out of their order. */
    interface Controls {
        /**
         * @param opcode PING or PONG
         * @return false if the frame is to keep its place
         */
        boolean take(Opcode opcode, ByteBuffer payload);
    }

    private final Transport transport;
    private final ReadBuffers buffers;

    /** In flush mode. A pooled direct buffer, or a small heap one with the rest of a burst. */
    private @Nullable ByteBuffer in;

    /** False once a read found less than it had room for: the next one waits for the transport. */
    private boolean readable;

    /** A look ahead has met the end; the bytes that were read before it come first. */
    private boolean ended;

    /** The bytes at the end of {@code in} that no look has passed. */
    private int unseen;

    /** Bytes came or were parsed since the last look. */
    private boolean changed;

    /** Payload bytes still to come of the data frame in which the last look ended. */
    private long overhang;

    /** A look met a Close, or something that is no frame: looks do not go beyond it. */
    private boolean blind;

    Burst(Transport transport, ReadBuffers buffers) {
        this.transport = transport;
        this.buffers = buffers;
    }

    /** Payload bytes still to come of the data frame that is being parsed, or 0. */
    abstract long frameRemaining();

    // What is there.

    /** Bytes that came with the handshake; called before the first step. */
    final void prefill(ByteBuffer early) {
        byte[] copy = new byte[early.remaining()];
        early.get(copy);
        in = ByteBuffer.wrap(copy);
        unseen = copy.length;
        changed = true;
    }

    /** The transport says that it has something. */
    final void transportReadable() {
        readable = true;
    }

    /** Whether the last read left something, or the transport said so since. */
    final boolean isReadable() {
        return readable;
    }

    /** Whether the end comes after these bytes. */
    final boolean isEnded() {
        return ended;
    }

    final boolean isEmpty() {
        return in == null;
    }

    /** Bytes of heap that the unparsed bytes take. */
    final int heapBytes() {
        ByteBuffer rest = in;
        return rest == null || rest.isDirect() ? 0 : rest.capacity();
    }

    /** The unparsed bytes, or null if there are none. The parser moves the position. */
    final @Nullable ByteBuffer unparsed() {
        return in;
    }

    /** The bytes are about to be parsed: a look may find something in what is left. */
    final void parsing() {
        changed = true;
    }

    // From the transport, and back to the pool.

    /** Reads once. Returns what {@link Transport#fill} does. */
    final int fill() throws IOException {
        ByteBuffer to = pooled();
        int before = to.remaining();
        int room = to.capacity() - before;
        int filled = transport.fill(to);
        // A short read has emptied the transport: asking it again would cost a system call.
        readable = filled == room;
        unseen = Math.min(unseen, before) + Math.max(0, filled);
        return filled;
    }

    private ByteBuffer pooled() {
        ByteBuffer rest = in;
        if (rest != null && rest.isDirect()) {
            return rest.compact().flip();
        }
        ByteBuffer fresh = buffers.acquire();
        if (rest != null && rest.hasRemaining()) {
            fresh.limit(rest.remaining()).put(rest).flip();
        }
        in = fresh;
        return fresh;
    }

    /** Drops the unparsed bytes. */
    final void drop() {
        if (in != null) {
            in.position(in.limit());
        }
    }

    /**
     * Gives the read buffer back. What is left in it moves to the heap: at most an unfinished
     * header of 139 bytes, except for {@link WireReader#detach} and {@link #lookAhead}.
     */
    final void letGo() {
        ByteBuffer rest = in;
        if (rest == null) {
            return;
        }
        if (!rest.hasRemaining()) {
            in = null;
        } else if (rest.isDirect()) {
            in = ByteBuffer.allocate(rest.remaining()).put(rest).flip();
        }
        if (rest.isDirect()) {
            buffers.release(rest);
        }
    }

    // The look ahead.

    /** Whether {@link #lookAhead} may find something. */
    boolean isWorthALook() {
        return !blind && (mayReadAhead() || (changed && in != null));
    }

    /** Whether there is room for more, and the transport has nothing now. */
    final boolean waitsForTransport() {
        return !readable && !ended && !blind && hasRoomAhead();
    }

    private boolean mayReadAhead() {
        return readable && !ended && hasRoomAhead();
    }

    private boolean hasRoomAhead() {
        return in == null || in.remaining() < AHEAD_BYTES;
    }

    /**
     * Looks for control frames in the unparsed bytes, and reads on as far as it may. It removes the
     * frames that {@code controls} takes; everything else keeps its place, on the heap.
     *
     * @param reads how often it may read the transport
     */
    final void lookAhead(int reads, Controls controls) throws IOException {
        try {
            look(controls);
            for (int left = reads; left > 0 && !blind && mayReadAhead(); left--) {
                ended = fill() < 0;
                look(controls);
            }
        } finally {
            changed = false;
            letGo();
        }
    }

    private void look(Controls controls) {
        ByteBuffer bytes = in;
        if (bytes == null || blind) {
            return;
        }
        boolean parsed = unseen >= bytes.remaining();
        int at = parsed ? bytes.position() : bytes.limit() - unseen;
        long skip = parsed ? frameRemaining() : overhang;
        int to = at;
        int end = bytes.limit();
        while (at < end) {
            if (skip == 0) {
                int header = FrameHeaders.bytes(bytes, at, end);
                if (header == FrameHeaders.INCOMPLETE) {
                    break;
                }
                Opcode opcode = Opcode.of(bytes.get(at) & 0xF);
                if (header == FrameHeaders.INVALID || opcode == null || opcode == Opcode.CLOSE) {
                    blind = true;
                    break;
                }
                skip = header + FrameHeaders.payloadBytes(bytes, at);
                if (opcode.isControl() && skip > end - at) {
                    skip = 0;
                    break;
                }
                if (opcode.isControl()
                        && controls.take(opcode, FrameHeaders.payload(bytes, at, header))) {
                    at += (int) skip;
                    skip = 0;
                    continue;
                }
            }
            int some = (int) Math.min(skip, end - at);
            move(bytes, at, to, some);
            at += some;
            to += some;
            skip -= some;
        }
        move(bytes, at, to, end - at);
        bytes.limit(to + end - at);
        unseen = end - at;
        overhang = skip;
    }

    private static void move(ByteBuffer bytes, int from, int to, int length) {
        if (from != to && length > 0) {
            bytes.put(to, bytes, from, length);
        }
    }
}
