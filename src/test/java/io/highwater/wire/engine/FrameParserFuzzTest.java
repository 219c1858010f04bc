package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Bytes that are almost frames, cut anywhere: the parser says the same of them whole and in pieces,
 * and nothing but a violation comes out of it. CONTRIBUTING.md says how to run it for long.
 */
final class FrameParserFuzzTest {
    private static final int MOST_BYTES = 70_000;
    private static final HexFormat HEX = HexFormat.of();

    @Property
    void cutsChangeNothing(
            @ForAll("almostFrames") byte[] bytes,
            @ForAll @Size(max = 8) List<@IntRange(min = 1, max = 40) Integer> cuts,
            @ForAll boolean extension) {
        int bits = extension ? FrameParser.RSV1 : 0;
        assertThat(read(bytes, cuts, bits)).isEqualTo(read(bytes, List.of(), bits));
    }

    @Property
    void whatIsWrittenIsRead(
            @ForAll("payloads") List<byte[]> fragments,
            @ForAll @Size(max = 8) List<@IntRange(min = 1, max = 40) Integer> cuts,
            @ForAll int mask) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (int i = 0; i < fragments.size(); i++) {
            boolean last = i == fragments.size() - 1;
            Opcode opcode = i == 0 ? Opcode.BINARY : Opcode.CONTINUATION;
            wire.writeBytes(frame((last ? 0x80 : 0) | opcode.code(), mask, fragments.get(i)));
            wire.writeBytes(frame(0x80 | Opcode.PING.code(), ~mask, new byte[] {(byte) i}));
            message.writeBytes(fragments.get(i));
        }
        List<String> said = read(wire.toByteArray(), cuts, 0);
        assertThat(said).contains("BINARY " + HEX.formatHex(message.toByteArray()));
        assertThat(said).hasSize(fragments.size() + 1);
    }

    /**
     * What comes whole: messages, control frames, and the code of a violation, which is the last.
     */
    private static List<String> read(byte[] bytes, List<Integer> cuts, int extensionBits) {
        List<String> said = new ArrayList<>();
        FrameParser parser = new FrameParser(extensionBits);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        // It unmasks in place.
        ByteBuffer in = ByteBuffer.wrap(bytes.clone()).limit(0);
        try {
            for (int i = 0; in.limit() < bytes.length; i++) {
                int piece = i < cuts.size() ? cuts.get(i) : bytes.length;
                in.limit(Math.min(bytes.length, in.limit() + piece));
                readAll(parser, in, message, said);
            }
        } catch (ProtocolViolation e) {
            said.add("violation " + e.status().code());
        }
        return said;
    }

    private static void readAll(
            FrameParser parser, ByteBuffer in, ByteArrayOutputStream message, List<String> said)
            throws ProtocolViolation {
        while (true) {
            if (!parser.isInFrame()) {
                Opcode opcode = parser.header(in, MOST_BYTES);
                if (opcode == null) {
                    return;
                }
                if (opcode.isControl()) {
                    said.add(opcode + " " + hex(parser.controlPayload(in)));
                    continue;
                }
            }
            int length = (int) Math.min(in.remaining(), parser.frameRemaining());
            ByteBuffer piece = in.slice(in.position(), length);
            parser.payload(piece);
            in.position(in.position() + length);
            message.writeBytes(bytes(piece));
            assertThat(message.size()).isLessThanOrEqualTo(MOST_BYTES * 9 / 8 + 64);
            if (parser.isMessageEnd()) {
                said.add(parser.messageOpcode() + " " + HEX.formatHex(message.toByteArray()));
                message.reset();
            }
            parser.pieceDelivered();
            if (parser.isInFrame()) {
                return;
            }
        }
    }

    private static String hex(ByteBuffer bytes) {
        return HEX.formatHex(bytes(bytes));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** Masked, with the shortest length. */
    private static byte[] frame(int first, int mask, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 0xFFFF) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask >>> (24 - 8 * (i % 4))));
        }
        return bytes(frame.flip());
    }

    /** Of all lengths that a header writes in a way of its own. */
    @Provide
    Arbitrary<List<byte[]>> payloads() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between(0, 130),
                        Arbitraries.of(125, 126, 127, 65_535, 65_536))
                .map(FrameParserFuzzTest::payload)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .filter(all -> all.stream().mapToInt(one -> one.length).sum() <= MOST_BYTES);
    }

    private static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 + length);
        }
        return payload;
    }

    /** Frames with any first byte, some noise, and a byte here and there that is another. */
    @Provide
    Arbitrary<byte[]> almostFrames() {
        Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(12);
        Arbitrary<byte[]> text =
                Arbitraries.strings()
                        .ofMaxLength(30)
                        .map(said -> said.getBytes(StandardCharsets.UTF_8));
        Arbitrary<Integer> first =
                Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of(0x81, 0x01, 0x00, 0x80, 0x82)),
                        Tuple.of(3, Arbitraries.of(0x88, 0x89, 0x8A, 0xC1, 0xC2)),
                        Tuple.of(1, Arbitraries.integers().between(0, 255)));
        Arbitrary<byte[]> frame =
                Combinators.combine(first, Arbitraries.integers(), Arbitraries.oneOf(text, noise))
                        .as(FrameParserFuzzTest::frame);
        Arbitrary<byte[]> piece = Arbitraries.frequencyOf(Tuple.of(9, frame), Tuple.of(1, noise));
        Arbitrary<byte[]> pieces = piece.list().ofMaxSize(6).map(FrameParserFuzzTest::joined);
        return Combinators.combine(
                        pieces,
                        Arbitraries.integers().between(0, 1_000),
                        Arbitraries.frequencyOf(
                                Tuple.of(3, Arbitraries.just((byte) 0)),
                                Tuple.of(1, Arbitraries.bytes())))
                .as(
                        (bytes, at, change) -> {
                            if (bytes.length > 0) {
                                bytes[at % bytes.length] ^= change;
                            }
                            return bytes;
                        });
    }

    private static byte[] joined(List<byte[]> pieces) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        pieces.forEach(joined::writeBytes);
        return joined.toByteArray();
    }
}
