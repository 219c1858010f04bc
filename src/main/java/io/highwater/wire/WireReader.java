package io.highwater.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns the transport's bytes into steps: a piece of a message, a control frame, the end. Holds a
 * read buffer only while it works through what came, and between bursts at most the few bytes of a
 * header or the received part of a frame. Confined to its connection's serial run.
 */
final class WireReader {
    /** A frame of up to this size comes in one piece; a larger one in pieces of this size. */
    static final int PIECE_BYTES = 64 * 1024;

    /** With so much to be parsed, nothing is read ahead; so there are at most 24 KiB. */
    static final int AHEAD_BYTES = 8 * 1024;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    /** Takes control frames out of their order. */
    interface Controls {
        /**
         * @param opcode PING or PONG
         * @return false where it is to keep its place
         */
        boolean take(Opcode opcode, ByteBuffer payload);
    }

    /** What {@link #next} found. */
    enum Step {
        /** {@link #payload} is a piece of a message. */
        FRAGMENT,
        PING,
        PONG,
        CLOSE,
        /** The message that comes is over the limit: {@link #refusal} says so. */
        TOO_LARGE,
        /** Nothing now: ask the transport for more. */
        WAIT,
        /** Nothing in as many reads as it may take, and the transport has more. */
        MORE,
        /** The peer will send no more. */
        END
    }

    private final Transport transport;
    private final ReadBuffers buffers;
    private final FrameParser parser;

    /** Null where nothing was agreed on. */
    private final @Nullable WireExtension extension;

    /** In flush mode. A pooled direct buffer, or a small heap one with the rest of a burst. */
    private @Nullable ByteBuffer in;

    /** A frame that came in several reads, or an extension's message. */
    private @Nullable GatheredBytes gathered;

    private ByteBuffer payload = EMPTY;
    private Opcode opcode = Opcode.CONTINUATION;
    private boolean last;
    private boolean isPong;

    /** Null until a message was too large: what follows can't be told apart any more. */
    private @Nullable CloseStatus refusal;

    /** The listener is still to hear of the last step. */
    private boolean stepDue;

    /** Payload bytes since they were asked for. */
    private int came;

    /** False once a read found less than it had room for: the next one waits for the transport. */
    private boolean readable;

    /** A look ahead has met the end; what was read before it comes first. */
    private boolean ended;

    /** The bytes at the end of {@code in} that no look has passed. */
    private int unseen;

    /** Since the last look there are others, or they were parsed. */
    private boolean changed;

    /** Of the data frame that the last look ended in: the bytes of payload still to come. */
    private long overhang;

    /** A look met a Close, or what is no frame: what follows is not for it. */
    private boolean blind;

    WireReader(Transport transport, ReadBuffers buffers, @Nullable WireExtension extension) {
        this.transport = transport;
        this.buffers = buffers;
        this.extension = extension;
        this.parser = new FrameParser(extension == null ? 0 : FrameParser.RSV1);
    }

    /** Bytes that came with the handshake; before the first step. */
    void prefill(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        in = ByteBuffer.wrap(copy);
        unseen = copy.length;
        changed = true;
    }

    void transportReadable() {
        readable = true;
    }

    /** Whether it holds nothing that the next step needs: another one could take its place. */
    boolean isIdle() {
        return in == null && gathered == null && !parser.isInMessage() && refusal == null && !ended;
    }

    /**
     * Gives the read buffer back: the payload and what else came stay, on the heap. True: nothing
     * else came, and the transport is empty.
     */
    boolean detach() {
        if (payload.isDirect()) {
            payload = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
        }
        letGo();
        return in == null && !readable;
    }

    /** Bytes of heap that wait here for the rest of their message or for their listener. */
    long keptBytes() {
        ByteBuffer rest = in;
        GatheredBytes frame = gathered;
        return (rest == null || rest.isDirect() ? 0 : rest.capacity())
                + (frame == null ? 0 : frame.capacity())
                + (stepDue ? payload.capacity() : 0);
    }

    /** Whether a message has begun and not come whole. */
    boolean isInMessage() {
        return parser.isInMessage();
    }

    /** Payload bytes that have come since the last call. */
    int takeCame() {
        int taken = came;
        came = 0;
        return taken;
    }

    /** What was read of a message that nobody will have. */
    void dropMessage() {
        gathered = null;
        payload = EMPTY;
        stepDue = false;
    }

    /** The payload of the last step; valid until the next one. */
    ByteBuffer payload() {
        return payload;
    }

    /** The last step is for another thread of the serial run. */
    void keepStep() {
        stepDue = true;
    }

    boolean isStepDue() {
        return stepDue;
    }

    void takeStep() {
        stepDue = false;
    }

    /** Whether the last step was a PONG. */
    boolean isPong() {
        return isPong;
    }

    /** How the session ends, once a step was TOO_LARGE: there is no other step after it. */
    @Nullable CloseStatus refusal() {
        return refusal;
    }

    /** The opcode of the last FRAGMENT. */
    Opcode opcode() {
        return opcode;
    }

    /** Whether the last FRAGMENT ends its message. */
    boolean last() {
        return last;
    }

    /**
     * @param reads how often it may read the transport until there is a step, at least 1
     */
    Step next(long maxMessageBytes, int reads) throws IOException, ProtocolViolation {
        payload = EMPTY;
        changed = true;
        int left = reads;
        while (true) {
            Step step = parseOrRefuse(maxMessageBytes);
            if (step != null) {
                isPong = step == Step.PONG;
                return step;
            }
            if (ended) {
                letGo();
                return Step.END;
            }
            if (!readable) {
                letGo();
                return Step.WAIT;
            }
            if (left == 0) {
                return Step.MORE;
            }
            if (fill() < 0) {
                letGo();
                return Step.END;
            }
            left--;
        }
    }

    /** Whether {@link #lookAhead} may find something. */
    boolean isWorthALook() {
        return !blind && refusal == null && (mayReadAhead() || (changed && in != null));
    }

    /** Whether it has room for more, and the transport has none now. */
    boolean waitsForTransport() {
        return !readable && !ended && !blind && (in == null || in.remaining() < AHEAD_BYTES);
    }

    private boolean mayReadAhead() {
        return readable && !ended && (in == null || in.remaining() < AHEAD_BYTES);
    }

    /**
     * Looks for control frames in what has come and was not parsed, and reads on as far as it may.
     * Those that are taken are gone; all else keeps its place, on the heap.
     *
     * @param reads how often it may read the transport
     */
    void lookAhead(int reads, Controls controls) throws IOException {
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
        long skip = parsed ? (parser.isInFrame() ? parser.frameRemaining() : 0) : overhang;
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

    /** Reads as often as {@link #next} and drops it; never a FRAGMENT. */
    Step discard(int reads) throws IOException {
        gathered = null;
        payload = EMPTY;
        int left = reads;
        while (readable) {
            drop();
            if (left == 0) {
                return Step.MORE;
            }
            left--;
            if (fill() < 0) {
                drop();
                letGo();
                return Step.END;
            }
        }
        drop();
        letGo();
        return ended ? Step.END : Step.WAIT;
    }

    /** Gives the buffer back; the wire is over. */
    void release() {
        gathered = null;
        payload = EMPTY;
        drop();
        letGo();
    }

    private void drop() {
        if (in != null) {
            in.position(in.limit());
        }
    }

    private int fill() throws IOException {
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

    /**
     * Gives the read buffer back. What is left in it stays on the heap: an unfinished header of 139
     * bytes at most, if it is not for {@link #detach}.
     */
    private void letGo() {
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

    private @Nullable Step parseOrRefuse(long maxMessageBytes) throws ProtocolViolation {
        try {
            return parse(maxMessageBytes);
        } catch (ProtocolViolation e) {
            if (e.status().code() != CloseStatus.TOO_BIG) {
                throw e;
            }
            dropMessage();
            refusal = e.status();
            return Step.TOO_LARGE;
        }
    }

    private @Nullable Step parse(long maxMessageBytes) throws ProtocolViolation {
        ByteBuffer bytes = in == null ? EMPTY : in;
        while (true) {
            if (!parser.isInFrame()) {
                Opcode next = parser.header(bytes, maxMessageBytes);
                if (next == null) {
                    return null;
                }
                if (next.isControl()) {
                    payload = parser.controlPayload(bytes);
                    return next == Opcode.PING
                            ? Step.PING
                            : next == Opcode.PONG ? Step.PONG : Step.CLOSE;
                }
            }
            if (!parser.isExtended()) {
                return piece(bytes);
            }
            Step step = extended(bytes, maxMessageBytes);
            if (step != null || parser.isInFrame()) {
                return step;
            }
        }
    }

    private @Nullable Step piece(ByteBuffer bytes) throws ProtocolViolation {
        long remaining = parser.frameRemaining();
        if (gathered == null && remaining <= Math.min(bytes.remaining(), PIECE_BYTES)) {
            ByteBuffer whole = take(bytes, (int) remaining);
            parser.payload(whole);
            return fragment(whole);
        }
        if (!bytes.hasRemaining()) {
            return null;
        }
        GatheredBytes frame = gathered;
        if (frame == null) {
            gathered = frame = new GatheredBytes((int) Math.min(remaining, PIECE_BYTES));
        }
        ByteBuffer piece = take(bytes, (int) Math.min(remaining, frame.room(bytes.remaining())));
        parser.payload(piece);
        frame.append(piece);
        if (parser.isInFrame() && !frame.isFull()) {
            return null;
        }
        gathered = null;
        return fragment(frame.bytes());
    }

    /** The extension needs its messages whole, whatever their frames. */
    private @Nullable Step extended(ByteBuffer bytes, long maxMessageBytes)
            throws ProtocolViolation {
        int length = (int) Math.min(parser.frameRemaining(), bytes.remaining());
        ByteBuffer piece = take(bytes, length);
        parser.payload(piece);
        GatheredBytes before = gathered;
        if (before == null && parser.isMessageEnd()) {
            return message(piece, maxMessageBytes);
        }
        if (before == null) {
            gathered = before = new GatheredBytes(Integer.MAX_VALUE - Long.BYTES);
        }
        before.append(piece);
        if (!parser.isMessageEnd()) {
            return null;
        }
        gathered = null;
        return message(before.bytes(), maxMessageBytes);
    }

    private Step message(ByteBuffer extended, long maxMessageBytes) throws ProtocolViolation {
        payload = Objects.requireNonNull(extension).incoming(extended, maxMessageBytes);
        opcode = parser.messageOpcode();
        last = true;
        if (opcode == Opcode.TEXT
                && Utf8Validator.check(Utf8Validator.START, payload) != Utf8Validator.START) {
            throw new ProtocolViolation(CloseStatus.BAD_PAYLOAD, "text is not UTF-8");
        }
        return Step.FRAGMENT;
    }

    private ByteBuffer take(ByteBuffer from, int length) {
        came += length;
        ByteBuffer slice = from.slice(from.position(), length);
        from.position(from.position() + length);
        return slice;
    }

    private Step fragment(ByteBuffer bytes) {
        payload = bytes;
        opcode = parser.opcode();
        last = parser.isMessageEnd();
        parser.pieceDelivered();
        return Step.FRAGMENT;
    }
}
