package io.highwater.wire.jetty.h2;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * DATA frames of several streams as they go on the wire, one after the other in one pooled buffer,
 * which exists only while it holds something. Guarded by its {@link StreamBatcher}.
 */
final class StreamBatch {
    /**
     * Size of a whole batch, frame headers included: Jetty, too, gathers this much for one write.
     */
    static final int MAX_BYTES = 32 * 1024;

    /**
     * Payload of one frame. This is the least that a peer may allow (RFC 9113 section 6.5.2), so
     * that no change of its SETTINGS makes a finished frame too large.
     */
    static final int MAX_FRAME_BYTES = Frame.DEFAULT_MAX_SIZE;

    private static final int HEADER_BYTES = Frame.HEADER_LENGTH;

    /** Less than this is not worth a frame of its own if more is to follow. */
    private static final int MIN_PIECE_BYTES = 1024;

    private static final int KEPT_MEMBERS = 1024;
    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

    private final ByteBufferPool pool;

    private RetainableByteBuffer.@Nullable Mutable buffer;

    /** The bytes of the buffer, ready to be filled; empty if there is no buffer. */
    private ByteBuffer bytes = NO_BYTES;

    /** The streams that have bytes here, each once. */
    private StreamOutput[] members = new StreamOutput[4];

    private int memberCount;
    private int payloadBytes;

    /** Capacity of the buffers that were given away since the last {@link #takeGivenBytes}. */
    private int givenBytes;

    StreamBatch(ByteBufferPool pool) {
        this.pool = pool;
    }

    boolean isEmpty() {
        return memberCount == 0;
    }

    int payloadBytes() {
        return payloadBytes;
    }

    /** Capacity of its buffer; 0 if there is none. */
    int capacity() {
        return bytes.capacity();
    }

    /** Capacity of the buffers that were given away since the last call. */
    int takeGivenBytes() {
        int taken = givenBytes;
        givenBytes = 0;
        return taken;
    }

    /** Whether there is room for this much payload of one stream. */
    boolean fits(int payload) {
        int frames = (payload - 1) / MAX_FRAME_BYTES + 1;
        return bytes.position() + payload + frames * HEADER_BYTES <= MAX_BYTES;
    }

    /** Copies all of {@code from}, which {@link #fits}. */
    void add(StreamOutput output, ByteBuffer from) {
        int payload = from.remaining();
        int frames = (payload - 1) / MAX_FRAME_BYTES + 1;
        ensureRoom(payload + frames * HEADER_BYTES);
        while (from.hasRemaining()) {
            putFrame(output, from, Math.min(from.remaining(), MAX_FRAME_BYTES));
        }
        join(output, payload);
    }

    /**
     * Copies one frame of what waits, as large as room and windows allow, and counts it against the
     * stream's window at once.
     *
     * @return payload bytes; 0 if there is no room for a worthwhile piece
     */
    int addPiece(StreamOutput output, ByteBuffer from, int window) {
        ensureRoom(MAX_BYTES);
        int wanted = Math.min(Math.min(from.remaining(), window), MAX_FRAME_BYTES);
        int room = bytes.remaining() - HEADER_BYTES;
        if (room < Math.min(wanted, MIN_PIECE_BYTES)) {
            return 0;
        }
        int piece = Math.min(wanted, room);
        putFrame(output, from, piece);
        output.charge(piece);
        return piece;
    }

    /** Adds the outputs whose streams end with the bytes here. */
    void addEnding(List<StreamOutput> to) {
        for (int i = 0; i < memberCount; i++) {
            if (members[i].endDue) {
                to.add(members[i]);
            }
        }
    }

    void addMembers(List<StreamOutput> to) {
        to.addAll(Arrays.asList(members).subList(0, memberCount));
    }

    private void putFrame(StreamOutput output, ByteBuffer from, int payload) {
        putHeader(bytes, output.stream.getId(), payload);
        int limit = from.limit();
        bytes.put(from.limit(from.position() + payload));
        from.limit(limit);
    }

    private static void putHeader(ByteBuffer to, int stream, int payload) {
        // RFC 9113 section 4.1: 24 bits of length, type DATA = 0, no flags, the stream.
        to.putInt(payload << 8).put((byte) 0).putInt(stream);
    }

    private void join(StreamOutput output, int payload) {
        if (output.batchedBytes == 0) {
            if (memberCount == members.length) {
                members = Arrays.copyOf(members, 2 * memberCount);
            }
            members[memberCount++] = output;
        }
        output.batchedBytes += payload;
        payloadBytes += payload;
    }

    // The pool gives 4 KiB at least: if a turn has a message or two for each of a hundred thousand
    // connections, none of them costs more than that.
    private void ensureRoom(int needed) {
        if (buffer == null) {
            allocate(needed);
        } else if (bytes.remaining() < needed && bytes.capacity() < MAX_BYTES) {
            RetainableByteBuffer smaller = buffer;
            ByteBuffer copied = bytes.flip();
            allocate(MAX_BYTES);
            bytes.put(copied);
            smaller.release();
        }
    }

    private void allocate(int capacity) {
        RetainableByteBuffer.Mutable acquired = pool.acquire(capacity, true);
        buffer = acquired;
        bytes = acquired.getByteBuffer().clear().limit(Math.min(MAX_BYTES, acquired.capacity()));
    }

    /** Gives away what {@link #addPiece} put in. */
    void takePieces(RetainableByteBuffer.Mutable to) {
        if (buffer != null) {
            give(to);
            clear();
        }
    }

    /** The buffer, which is full now, belongs to {@code to} from here on. */
    private void give(RetainableByteBuffer.Mutable to) {
        RetainableByteBuffer given = Objects.requireNonNull(buffer);
        bytes.flip();
        if (bytes.hasRemaining()) {
            givenBytes += bytes.capacity();
            to.add(given);
        } else {
            given.release();
        }
    }

    /**
     * Gives away what may go on the wire now, and counts it against the streams' windows. The rest
     * stays: {@link #isEmpty} tells.
     *
     * @param sessionWindow the connection's window; the caller counts against it
     * @return payload bytes given
     */
    int take(int sessionWindow, RetainableByteBuffer.Mutable to) {
        if (buffer == null) {
            return 0;
        }
        boolean whole = payloadBytes <= sessionWindow;
        for (int i = 0; whole && i < memberCount; i++) {
            StreamOutput output = members[i];
            whole = !output.isDropped() && output.stream.getSendWindow() >= output.batchedBytes;
        }
        return whole ? takeWhole(to) : sift(sessionWindow, to);
    }

    private int takeWhole(RetainableByteBuffer.Mutable to) {
        for (int i = 0; i < memberCount; i++) {
            StreamOutput output = members[i];
            output.charge(output.batchedBytes);
            output.batchedBytes = 0;
        }
        int taken = payloadBytes;
        give(to);
        clear();
        return taken;
    }

    /**
     * The windows were looked at when the bytes came in, so this is rare: since then the peer made
     * them smaller, a plain HTTP answer used the connection's window, or a stream was reset. The
     * frames of a reset stream are left out, others go as far as the windows are open, and what
     * stays keeps its order.
     */
    private int sift(int sessionWindow, RetainableByteBuffer.Mutable to) {
        StreamBatch going = new StreamBatch(pool);
        StreamBatch staying = new StreamBatch(pool);
        Map<Integer, StreamOutput> outputs = new HashMap<>();
        for (int i = 0; i < memberCount; i++) {
            outputs.put(members[i].stream.getId(), members[i]);
            members[i].batchedBytes = 0;
        }
        int left = sessionWindow;
        ByteBuffer frames = bytes.flip();
        while (frames.hasRemaining()) {
            int payload = frames.getInt() >>> 8;
            frames.get();
            StreamOutput output = Objects.requireNonNull(outputs.get(frames.getInt()));
            ByteBuffer frame = frames.slice(frames.position(), payload);
            frames.position(frames.position() + payload);
            if (output.isDropped()) {
                continue;
            }
            int window =
                    output.batchedBytes > 0 ? 0 : Math.min(left, output.stream.getSendWindow());
            if (window > 0) {
                left -= going.addPiece(output, frame, window);
            }
            if (frame.hasRemaining()) {
                staying.add(output, frame);
            }
        }
        going.takePieces(to);
        givenBytes += going.takeGivenBytes();
        release();
        adopt(staying);
        return sessionWindow - left;
    }

    private void adopt(StreamBatch other) {
        buffer = other.buffer;
        bytes = other.bytes;
        members = other.members;
        memberCount = other.memberCount;
        payloadBytes = other.payloadBytes;
    }

    /** Releases everything that is here. */
    void release() {
        if (buffer != null) {
            buffer.release();
        }
        clear();
    }

    private void clear() {
        buffer = null;
        bytes = NO_BYTES;
        if (members.length > KEPT_MEMBERS) {
            members = new StreamOutput[4];
        } else {
            Arrays.fill(members, 0, memberCount, null);
        }
        memberCount = 0;
        payloadBytes = 0;
    }
}
