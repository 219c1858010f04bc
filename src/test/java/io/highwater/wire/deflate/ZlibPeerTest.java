package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of 4,000 messages each way with Python's zlib, at every size of the window. */
final class ZlibPeerTest {
    private static final int MESSAGES = 4000;
    private static final int RSV1 = 0x40;

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
    void whatWeSendStaysInTheWindowOfAStrictInflater(int bits) {
        try (DeflateFixture fixture = new DeflateFixture();
                ZlibPeer peer = ZlibPeer.inflating(bits)) {
            WireExtension wire =
                    fixture.open(
                            DeflatePolicy.CONTEXT_32K,
                            "permessage-deflate; server_max_window_bits=" + bits);
            Corpus corpus = new Corpus(bits);
            int compressed = 0;
            for (int i = 0; i < MESSAGES; i++) {
                byte[] message = i % 500 == 0 ? corpus.json(40_000) : corpus.any(1024);
                OutboundFrame sent = wire.outgoing(OutboundFrame.binary(ByteBuffer.wrap(message)));
                if ((sent.view().get() & RSV1) != 0) {
                    compressed++;
                    assertThat(Arrays.equals(peer.ask(sent.payload()), message))
                            .as("message " + i)
                            .isTrue();
                }
            }
            assertThat(compressed).isGreaterThan(MESSAGES / 4);
        }
    }

    /** zlib makes no raw stream of 8 bits. */
    @ParameterizedTest
    @ValueSource(ints = {9, 10, 11, 12, 13, 14, 15})
    void whatZlibSendsIsReadFromItsWindowAlone(int bits) throws Exception {
        try (DeflateFixture fixture = new DeflateFixture();
                ZlibPeer peer = ZlibPeer.deflating(bits)) {
            WireExtension wire =
                    fixture.open(
                            DeflatePolicy.CONTEXT_32K,
                            "permessage-deflate; client_max_window_bits=" + bits);
            assertThat(wire.answer()).endsWith("client_max_window_bits=" + bits);
            Corpus corpus = new Corpus(bits);
            for (int i = 0; i < MESSAGES; i++) {
                byte[] message = i % 500 == 0 ? corpus.json(40_000) : corpus.any(1024);
                byte[] payload = peer.ask(ByteBuffer.wrap(message));
                ByteBuffer read = wire.incoming(ByteBuffer.wrap(payload), 1 << 16);
                assertThat(read.equals(ByteBuffer.wrap(message))).as("message " + i).isTrue();
            }
            assertThat(fixture.node.contextBytes()).isEqualTo(Receiver.bytes(1 << bits));
        }
    }
}
