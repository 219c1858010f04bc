package io.highwater.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One or more finished frames: header and payload as they go on the wire, unmasked (a server's).
 *
 * <p>Immutable and thread-safe; made once and shared by every session it is sent to, so a broadcast
 * encodes once. The bytes on the heap are retained until the last queue that holds it has let go.
 */
public final class OutboundFrame {
    /** The bit of a first byte that an extension may use. */
    private static final int RSV1 = 0x40;

    /** May hold other frames before and after this one. */
    private final byte[] bytes;

    private final int offset;
    private final int length;

    /** Null if nothing but the frame's bytes need be known. */
    private final @Nullable FrameForms forms;

    private OutboundFrame(byte[] bytes) {
        this(bytes, 0, bytes.length, null);
    }

    private OutboundFrame(byte[] bytes, int offset, int length, @Nullable FrameForms forms) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.forms = forms;
    }

    /** A whole text message. A lone surrogate becomes "?", as {@link String#getBytes} has it. */
    public static OutboundFrame text(String text) {
        return of(Opcode.TEXT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A whole text message of bytes that are UTF-8 already; {@code utf8} is consumed. */
    public static OutboundFrame text(ByteBuffer utf8) {
        return of(Opcode.TEXT, utf8);
    }

    /** A whole binary message; {@code payload} is consumed. */
    public static OutboundFrame binary(ByteBuffer payload) {
        return of(Opcode.BINARY, payload);
    }

    /** A whole message or a control frame; {@code payload} is consumed. */
    public static OutboundFrame of(Opcode opcode, ByteBuffer payload) {
        return new OutboundFrame(FrameEncoder.encode(opcode.code() | FrameEncoder.FIN, payload));
    }

    /** A fragment of a message: the first has the opcode, the later ones CONTINUATION. */
    public static OutboundFrame fragment(Opcode opcode, Fin fin, ByteBuffer payload) {
        int fin0 = fin == Fin.LAST ? FrameEncoder.FIN : 0;
        return new OutboundFrame(FrameEncoder.encode(opcode.code() | fin0, payload));
    }

    /**
     * The same with a payload that an extension has made: the first frame of a message has RSV1.
     */
    public static OutboundFrame extended(Opcode opcode, Fin fin, ByteBuffer payload) {
        int first = opcode.code() | (fin == Fin.LAST ? FrameEncoder.FIN : 0);
        int rsv1 = opcode == Opcode.CONTINUATION ? 0 : RSV1;
        return new OutboundFrame(FrameEncoder.encode(first | rsv1, payload));
    }

    /** The same frame for many sessions: an extension makes its form of the frame once. */
    public OutboundFrame broadcast() {
        return with(new FrameForms.Broadcast());
    }

    /** The same frame, which is never compressed and never enters a compression history. */
    public OutboundFrame secret() {
        return with(FrameForms.PLAIN_ONLY);
    }

    /** Both: the same frame for many sessions, which is never compressed. */
    public OutboundFrame secretBroadcast() {
        return with(new FrameForms.SecretBroadcast());
    }

    /** The same frame for one session, in an array of its own. */
    public OutboundFrame separate() {
        byte[] own = Arrays.copyOfRange(bytes, offset, offset + length);
        boolean plainOnly = forms != null && forms.isPlainOnly();
        return new OutboundFrame(own, 0, length, plainOnly ? FrameForms.PLAIN_ONLY : null);
    }

    /** The same frame with what is known of it; the bytes are shared. */
    public OutboundFrame with(FrameForms known) {
        return new OutboundFrame(bytes, offset, length, known);
    }

    /**
     * The same frames, one behind the other in one array: to join all of them takes no copy.
     *
     * @param frames together less than 2 GiB
     */
    public static List<OutboundFrame> packed(List<OutboundFrame> frames) {
        byte[] packed = copy(frames);
        List<OutboundFrame> made = new ArrayList<>(frames.size());
        int at = 0;
        for (OutboundFrame frame : frames) {
            made.add(new OutboundFrame(packed, at, frame.length, frame.forms));
            at += frame.length;
        }
        return made;
    }

    /**
     * Joins frames that follow each other into one, so that they leave in one write: a copy, unless
     * they are {@link #packed}.
     *
     * @param frames together less than 2 GiB
     */
    public static OutboundFrame join(List<OutboundFrame> frames) {
        List<OutboundFrame> parts = new ArrayList<>(frames.size());
        for (OutboundFrame frame : frames) {
            if (frame.forms instanceof FrameForms.Joined joined) {
                parts.addAll(joined.parts());
            } else {
                parts.add(frame);
            }
        }
        FrameForms.Joined known = new FrameForms.Joined(List.copyOf(parts));
        OutboundFrame first = frames.get(0);
        if (areAdjacent(frames)) {
            OutboundFrame last = frames.get(frames.size() - 1);
            int length = last.offset + last.length - first.offset;
            return new OutboundFrame(first.bytes, first.offset, length, known);
        }
        byte[] joined = copy(frames);
        return new OutboundFrame(joined, 0, joined.length, known);
    }

    private static boolean areAdjacent(List<OutboundFrame> frames) {
        for (int i = 1; i < frames.size(); i++) {
            OutboundFrame before = frames.get(i - 1);
            OutboundFrame after = frames.get(i);
            if (after.bytes != before.bytes || after.offset != before.offset + before.length) {
                return false;
            }
        }
        return true;
    }

    private static byte[] copy(List<OutboundFrame> frames) {
        int length = 0;
        for (OutboundFrame frame : frames) {
            length = Math.addExact(length, frame.length);
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (OutboundFrame frame : frames) {
            System.arraycopy(frame.bytes, frame.offset, joined, at, frame.length);
            at += frame.length;
        }
        return joined;
    }

    /** Whether it keeps the bytes of the other frame, which add nothing to what it takes. */
    public boolean holds(OutboundFrame part) {
        return part.bytes == bytes;
    }

    /** Whether a fragment ends its message. */
    public enum Fin {
        LAST,
        MORE
    }

    /** Whether it begins with a whole message, and not with a fragment or a control frame. */
    public boolean isWholeMessage() {
        // RFC 6455 section 5.2: FIN, and an opcode that is Text or Binary, compressed or not.
        int first = bytes[offset] & (FrameEncoder.FIN | 0xF);
        return first == (FrameEncoder.FIN | Opcode.TEXT.code())
                || first == (FrameEncoder.FIN | Opcode.BINARY.code());
    }

    /** How many messages end in it: 0 or 1; in joined frames, the sum of all. */
    public int messages() {
        if (forms instanceof FrameForms.Joined joined) {
            return joined.messages();
        }
        return fin() == Fin.LAST && !opcode().isControl() ? 1 : 0;
    }

    /** Size without headers; of joined frames, the sum of all. */
    public int payloadBytes() {
        return forms instanceof FrameForms.Joined joined
                ? joined.payloadBytes()
                : length - FrameEncoder.headerBytes(bytes, offset);
    }

    /** Whether it is sent to many sessions, so that no session owns its bytes. */
    public boolean isForMany() {
        return forms != null && forms.isForMany();
    }

    /** What an extension must know about it, or null. */
    public @Nullable FrameForms forms() {
        return forms;
    }

    /** The opcode of the first frame. */
    public Opcode opcode() {
        return Objects.requireNonNull(Opcode.of(bytes[offset]));
    }

    /** Whether the first frame ends its message. */
    public Fin fin() {
        return bytes[offset] < 0 ? Fin.LAST : Fin.MORE;
    }

    /** The payload of one frame that is not joined, read-only. */
    public ByteBuffer payload() {
        int header = FrameEncoder.headerBytes(bytes, offset);
        return ByteBuffer.wrap(bytes, offset + header, length - header).slice().asReadOnlyBuffer();
    }

    /** Size on the wire, headers included. */
    public int bytes() {
        return length;
    }

    /** A read-only view with a position of its own. */
    public ByteBuffer view() {
        return length == bytes.length
                ? ByteBuffer.wrap(bytes).asReadOnlyBuffer()
                : ByteBuffer.wrap(bytes, offset, length).slice().asReadOnlyBuffer();
    }

    /** Appends the frame to {@code to}, which must have {@link #bytes()} of room. */
    public void copyTo(ByteBuffer to) {
        to.put(bytes, offset, length);
    }
}
