package io.highwater.wire.engine;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.GatheredBytes;
import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Transport;
import io.highwater.wire.WireExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns the transport's bytes into steps: a piece of a message, a control frame, the end. It holds
 * a read buffer only while it works through what came; between bursts it holds at most the few
 * bytes of a header or the received part of a frame. Confined to its connection's serial run, or to
 * the look that has the reader meanwhile.
 */
final class WireReader extends Burst {
    /** A frame of up to this size comes in one piece; a larger one in pieces of this size. */
    static final int PIECE_BYTES = 64 * 1024;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    /** What {@link #next} found. */
    enum Step {
        /** {@link #payload} is a piece of a message. */
        FRAGMENT,
        PING,
        PONG,
        CLOSE,
        /** The arriving message is over the limit: {@link #refusal} has the status. */
        TOO_LARGE,
        /** Nothing now: ask the transport for more. */
        WAIT,
        /** No step after all the permitted reads, and the transport has more. */
        MORE,
        /** The peer will send no more. */
        END
    }

    private final FrameParser parser;

    /** Null where no extension was agreed on. */
    private final @Nullable WireExtension extension;

    /** A frame that came in several reads, or an extension's message. */
    private @Nullable GatheredBytes gathered;

    private ByteBuffer payload = EMPTY;
    private Opcode opcode = Opcode.CONTINUATION;
    private boolean last;
    private boolean isPong;

    /** Null until a message is too large; the bytes after it can no longer be told apart. */
    private @Nullable CloseStatus refusal;

    /** The listener has not heard of the last step yet. */
    private boolean stepDue;

    /** Payload bytes since the last {@link #takeCame}. */
    private int came;

    WireReader(Transport transport, ReadBuffers buffers, @Nullable WireExtension extension) {
        super(transport, buffers);
        this.extension = extension;
        this.parser = new FrameParser(extension == null ? 0 : FrameParser.RSV1);
    }

    /** Whether it holds nothing that the next step needs: a new reader could take its place. */
    boolean isIdle() {
        return isEmpty()
                && gathered == null
                && !parser.isInMessage()
                && refusal == null
                && !isEnded();
    }

    @Override
    long frameRemaining() {
        return parser.isInFrame() ? parser.frameRemaining() : 0;
    }

    @Override
    boolean isWorthALook() {
        return refusal == null && super.isWorthALook();
    }

    /**
     * Gives the read buffer back; the payload and everything else that came move to the heap.
     * Returns true if nothing else came and the transport is empty.
     */
    boolean detach() {
        if (payload.isDirect()) {
            payload = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
        }
        letGo();
        return isEmpty() && !isReadable();
    }

    /** Bytes of heap that wait here for the rest of their message or for their listener. */
    long keptBytes() {
        GatheredBytes frame = gathered;
        return heapBytes()
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

    /** Drops what was read of a message that the listener will not get. */
    void dropMessage() {
        gathered = null;
        payload = EMPTY;
        stepDue = false;
    }

    /** The payload of the last step; valid until the next one. */
    ByteBuffer payload() {
        return payload;
    }

    /** Keeps the last step for another thread of the serial run. */
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

    /**
     * The status to end the session with, once a step was TOO_LARGE; no other step follows that.
     */
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
        parsing();
        int left = reads;
        while (true) {
            Step step = parseOrRefuse(maxMessageBytes);
            if (step != null) {
                isPong = step == Step.PONG;
                return step;
            }
            if (isEnded()) {
                letGo();
                return Step.END;
            }
            if (!isReadable()) {
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

    /** Reads as often as {@link #next} and drops what it reads; never returns a FRAGMENT. */
    Step discard(int reads) throws IOException {
        gathered = null;
        payload = EMPTY;
        int left = reads;
        while (isReadable()) {
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
        return isEnded() ? Step.END : Step.WAIT;
    }

    /** Gives the buffer back; the wire is over. */
    void release() {
        gathered = null;
        payload = EMPTY;
        drop();
        letGo();
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
        ByteBuffer rest = unparsed();
        ByteBuffer bytes = rest == null ? EMPTY : rest;
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

    /** The extension needs whole messages, however many frames they have. */
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
