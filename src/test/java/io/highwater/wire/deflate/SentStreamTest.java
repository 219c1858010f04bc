package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.OutboundFrame.Fin;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent, read by a peer with a real context and by a token parser. */
final class SentStreamTest {
    private static final String OFFER = "permessage-deflate";

    private final DeflateFixture fixture = new DeflateFixture();
    private final ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);

    @AfterEach
    void close() {
        fixture.close();
        peer.close();
    }

    private static OutboundFrame binary(byte[] message) {
        return OutboundFrame.binary(ByteBuffer.wrap(message));
    }

    private void send(WireExtension wire, ContextPeer to, byte[] message) {
        to.read(wire.outgoing(binary(message)));
        List<byte[]> received = to.take();
        assertThat(received).hasSize(1);
        assertThat(Arrays.equals(received.get(0), message)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "SHARED, 15", "CONTEXT_2K, 15", "CONTEXT_4K, 15", "CONTEXT_32K, 15", "CONTEXT_4K, 14",
        "CONTEXT_32K, 14", "CONTEXT_4K, 13", "CONTEXT_4K, 12", "CONTEXT_4K, 11", "CONTEXT_32K, 10",
        "CONTEXT_4K, 9", "CONTEXT_4K, 8", "SHARED, 8", "SHARED, 10"
    })
    void fourThousandMessagesAreReadAndStayInTheWindow(DeflatePolicy policy, int bits) {
        WireExtension wire =
                fixture.open(
                        policy, OFFER + (bits == 15 ? "" : "; server_max_window_bits=" + bits));
        Corpus corpus = new Corpus(bits);
        for (int i = 0; i < 4000; i++) {
            send(wire, peer, corpus.any(4096));
        }
        DeflateTokens tokens = DeflateTokens.read(peer.takeStream());
        assertThat(tokens.maxDistance()).isLessThanOrEqualTo(1 << bits);
        assertThat(tokens.maxDistance()).isGreaterThan(Math.min(1 << bits, 4096) / 2);
        assertThat(tokens.ended()).as("BFINAL, at which some peers drop their window").isFalse();
        assertThat(peer.compressedMessages()).isBetween(1500, 3900);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 12, 15})
    void aMessageLongerThanItsWindowIsCutIntoStretches(int bits) {
        WireExtension wire =
                fixture.open(DeflatePolicy.CONTEXT_4K, OFFER + "; server_max_window_bits=" + bits);
        Corpus corpus = new Corpus(1);
        for (int i = 0; i < 4; i++) {
            send(wire, peer, corpus.json(100_000 + i));
        }
        assertThat(peer.compressedMessages()).isEqualTo(4);
        assertThat(DeflateTokens.read(peer.takeStream()).maxDistance())
                .isLessThanOrEqualTo(1 << bits);
    }

    @Test
    void withoutTakeoverEveryMessageStandsAlone() {
        WireExtension wire = fixture.open(DeflatePolicy.SHARED);
        ContextPeer forgetful = new ContextPeer(ContextTakeover.NO_TAKEOVER);
        Corpus corpus = new Corpus(2);
        for (int i = 0; i < 500; i++) {
            send(wire, forgetful, corpus.json(400));
        }
        assertThat(forgetful.compressedMessages()).isEqualTo(500);
        assertThat(fixture.node.contextBytes()).isZero();
        forgetful.close();
    }

    @Test
    void connectionsInterleavedOverOnePoolKeepTheirContexts() {
        Corpus corpus = new Corpus(3);
        List<WireExtension> wires = new ArrayList<>();
        List<ContextPeer> peers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            wires.add(fixture.open(i % 2 == 0 ? DeflatePolicy.CONTEXT_4K : DeflatePolicy.SHARED));
            peers.add(new ContextPeer(ContextTakeover.TAKEOVER));
        }
        for (int i = 0; i < 4000; i++) {
            int at = corpus.next(32);
            send(wires.get(at), peers.get(at), corpus.any(2048));
        }
        peers.forEach(ContextPeer::close);
    }

    @Test
    void whatDoesNotShrinkGoesAsItIsAndLeavesTheContextAlone() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        Corpus corpus = new Corpus(4);
        send(wire, peer, corpus.json(1000));
        for (int bytes : new int[] {64, 100, 400, 511}) {
            byte[] noise = corpus.random(bytes);
            OutboundFrame frame = binary(noise);
            assertThat(wire.outgoing(frame)).as(bytes + " random bytes").isSameAs(frame);
            send(wire, peer, corpus.json(1000));
        }
        assertThat(peer.compressedMessages()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "63, false", "64, true", "65, true"})
    void shortMessagesGoAsTheyAre(int bytes, boolean compressed) {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        byte[] message = new byte[bytes];
        Arrays.fill(message, (byte) 'a');
        send(wire, peer, message);
        assertThat(peer.compressedMessages()).isEqualTo(compressed ? 1 : 0);
    }

    @Test
    void aSecretIsNeitherCompressedNorReferredTo() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        byte[] secret = new Corpus(5).json(600);
        OutboundFrame frame = binary(secret).secret();
        assertThat(wire.outgoing(frame)).isSameAs(frame);
        int alone = fixture.open(DeflatePolicy.CONTEXT_4K).outgoing(binary(secret)).bytes();
        assertThat(wire.outgoing(binary(secret)).bytes()).isEqualTo(alone);
    }

    @Test
    void inAJoinedWriteASecretStaysAsItIs() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        Corpus corpus = new Corpus(6);
        byte[] before = corpus.json(500);
        byte[] secret = corpus.json(500);
        byte[] after = corpus.json(500);
        OutboundFrame joined =
                OutboundFrame.join(List.of(binary(before), binary(secret).secret(), binary(after)));
        peer.read(wire.outgoing(joined));
        assertThat(peer.take()).containsExactly(before, secret, after);
        assertThat(peer.compressedMessages()).isEqualTo(2);
    }

    @Test
    void aWriteOfWhatDoesNotCompressIsTheSameWrite() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        Corpus corpus = new Corpus(7);
        OutboundFrame joined =
                OutboundFrame.join(List.of(binary(corpus.random(900)), binary(corpus.random(10))));
        assertThat(wire.outgoing(joined)).isSameAs(joined);
    }

    @Test
    void fragmentsAreCompressedWithTheirMessage() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        Corpus corpus = new Corpus(8);
        for (int[] sizes :
                new int[][] {{500, 500}, {100, 0, 700, 0}, {64, 1, 1, 1}, {10, 900}, {90, 0}}) {
            byte[] whole = corpus.json(Arrays.stream(sizes).sum());
            int at = 0;
            for (int i = 0; i < sizes.length; i++) {
                boolean last = i == sizes.length - 1;
                ByteBuffer piece = ByteBuffer.wrap(whole, at, sizes[i]);
                at += sizes[i];
                peer.read(
                        wire.outgoing(
                                OutboundFrame.fragment(
                                        i == 0 ? Opcode.TEXT : Opcode.CONTINUATION,
                                        last ? Fin.LAST : Fin.MORE,
                                        piece)));
            }
            assertThat(Arrays.equals(peer.take().get(0), whole)).isTrue();
            send(wire, peer, corpus.json(300));
        }
        assertThat(peer.compressedMessages()).as("all but that which began short").isEqualTo(9);
        assertThat(DeflateTokens.read(peer.takeStream()).ended()).isFalse();
    }

    @Test
    void aConnectionThatGainsNothingStopsTryingForAWhile() {
        DeflateFixture eager = new DeflateFixture();
        WireExtension wire = eager.open(DeflatePolicy.SHARED);
        Corpus corpus = new Corpus(9);
        // Too short for the sampler, and without a repetition.
        for (int i = 0; i < 8; i++) {
            wire.outgoing(binary(corpus.random(400)));
        }
        byte[] good = corpus.json(400);
        int plain = 0;
        while (wire.outgoing(binary(good)).bytes() > 400) {
            plain++;
        }
        assertThat(plain).isEqualTo(64);
        eager.close();
    }

    @Test
    void nothingIsKeptUntilAMessageIsCompressed() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        wire.outgoing(binary(new byte[10]));
        wire.outgoing(binary(new Corpus(10).random(10_000)));
        assertThat(fixture.node.contextBytes()).isZero();
        wire.outgoing(binary(new Corpus(10).json(100_000)));
        assertThat(fixture.node.contextBytes()).isEqualTo(OwnDictionary.bytes(4096));
        wire.close();
        assertThat(fixture.node.contextBytes()).isZero();
    }

    @Test
    void afterTheEndFramesPassAndNothingIsKept() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        wire.close();
        OutboundFrame frame = binary(new Corpus(11).json(1000));
        assertThat(wire.outgoing(frame)).isSameAs(frame);
        assertThat(fixture.node.contextBytes()).isZero();
    }

    @Test
    void contextsMakeSmallMessagesSmaller() {
        Corpus corpus = new Corpus(12);
        WireExtension shared = fixture.open(DeflatePolicy.SHARED);
        WireExtension context = fixture.open(DeflatePolicy.CONTEXT_4K);
        long sharedBytes = 0;
        long contextBytes = 0;
        for (int i = 0; i < 200; i++) {
            byte[] message = corpus.json(500);
            sharedBytes += shared.outgoing(binary(message)).bytes();
            contextBytes += context.outgoing(binary(message)).bytes();
        }
        assertThat((double) sharedBytes / contextBytes).isGreaterThan(1.5);
    }
}
