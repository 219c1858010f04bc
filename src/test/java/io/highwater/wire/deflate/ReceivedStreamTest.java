package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.WireExtension;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What peers send: real contexts, odd streams, and attacks. */
final class ReceivedStreamTest {
    private static final long LIMIT = 64 * 1024;

    private final DeflateFixture fixture = new DeflateFixture();
    private final ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);

    @AfterEach
    void close() {
        fixture.close();
        peer.close();
    }

    private static byte[] receive(WireExtension wire, ByteBuffer payload) throws ProtocolViolation {
        ByteBuffer message = wire.incoming(payload, LIMIT);
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return bytes;
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static int codeOf(WireExtension wire, ByteBuffer payload) {
        return catchThrowableOfType(ProtocolViolation.class, () -> receive(wire, payload))
                .status()
                .code();
    }

    @Test
    void fourThousandMessagesOfARealContext() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_32K);
        Corpus corpus = new Corpus(1);
        for (int i = 0; i < 4000; i++) {
            byte[] message = corpus.any(8192);
            assertThat(receive(wire, peer.compress(message))).isEqualTo(message);
        }
        assertThat(fixture.node.contextBytes()).isEqualTo(Receiver.bytes(32 * 1024));
        wire.close();
        assertThat(fixture.node.contextBytes()).isZero();
    }

    /** RFC 7692 section 7.2.3. */
    @ParameterizedTest
    @CsvSource({
        "f2 48 cd c9 c9 07 00, Hello",
        "f2 48 cd c9 c9 07 00 00 00 ff ff f2 48 cd c9 c9 07 00, HelloHello", // two blocks
        "00 05 00 fa ff 48 65 6c 6c 6f 00, Hello", // stored
        "f3 48 cd c9 c9 07 00 00, Hello", // BFINAL
        "f3 48 cd c9 c9 07 00, Hello", // BFINAL, and not padded by a byte
        "f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00, HelloHello" // two DEFLATE streams
    })
    void theExamplesOfTheRfc(String payload, String message) throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        assertThat(receive(wire, hex(payload))).asString().isEqualTo(message);
    }

    @Test
    void aSecondMessageRefersToTheFirst() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        receive(wire, hex("f2 48 cd c9 c9 07 00"));
        assertThat(receive(wire, hex("f2 00 11 00 00"))).asString().isEqualTo("Hello");
    }

    @Test
    void anEmptyMessageIsOneByteOrNone() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        assertThat(receive(wire, hex("00"))).isEmpty();
        assertThat(receive(wire, hex("02 00"))).isEmpty();
        assertThat(receive(wire, hex(""))).isEmpty();
        receive(wire, hex("f2 48 cd c9 c9 07 00"));
        assertThat(receive(wire, hex("00"))).isEmpty();
        assertThat(receive(wire, hex("f2 00 11 00 00"))).asString().isEqualTo("Hello");
    }

    @Test
    void afterBfinalTheContextLivesOn() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        Corpus corpus = new Corpus(2);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] message = corpus.json(500);
            Deflater ending = new Deflater(6, true);
            byte[] before = sent.toByteArray();
            int kept = Math.min(before.length, 4096);
            if (kept > 0) {
                ending.setDictionary(before, before.length - kept, kept);
            }
            ending.setInput(message);
            ending.finish();
            byte[] out = new byte[2000];
            int length = ending.deflate(out);
            ending.end();
            assertThat(receive(wire, ByteBuffer.wrap(out, 0, length))).isEqualTo(message);
            sent.writeBytes(message);
        }
    }

    @Test
    void streamsEndedForTheirOwnSakeAreRefused() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        ByteBuffer endings = hex("03 00".repeat(300));
        assertThat(codeOf(wire, endings)).isEqualTo(CloseStatus.POLICY);
    }

    @Test
    void nonsenseIs1007() {
        for (String payload :
                new String[] {"ff ff ff ff", "06", "00 05 00 00 00 48", "f2 00 11 ff"}) {
            WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
            assertThat(codeOf(wire, hex(payload))).as(payload).isEqualTo(CloseStatus.BAD_PAYLOAD);
        }
    }

    @Test
    void aReferenceBeyondTheContextIs1007() throws ProtocolViolation {
        WireExtension wire =
                fixture.open(
                        DeflatePolicy.SHARED, "permessage-deflate; client_no_context_takeover");
        receive(wire, hex("f2 48 cd c9 c9 07 00"));
        assertThat(codeOf(wire, hex("f2 00 11 00 00"))).isEqualTo(CloseStatus.BAD_PAYLOAD);
    }

    @Test
    void aBrokenStreamLeavesOthersAlone() throws ProtocolViolation {
        WireExtension good = fixture.open(DeflatePolicy.CONTEXT_32K);
        Corpus corpus = new Corpus(3);
        for (int i = 0; i < 50; i++) {
            WireExtension bad = fixture.open(DeflatePolicy.CONTEXT_4K);
            assertThatThrownBy(() -> receive(bad, ByteBuffer.wrap(corpus.random(500))))
                    .isInstanceOf(ProtocolViolation.class);
            byte[] message = corpus.json(700);
            assertThat(receive(good, peer.compress(message))).isEqualTo(message);
        }
    }

    @Test
    void theLimitIsReachedButNotPassed() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        byte[] most = new byte[(int) LIMIT];
        assertThat(receive(wire, new ContextPeer(ContextTakeover.TAKEOVER).compress(most)))
                .isEqualTo(most);
        byte[] more = new byte[(int) LIMIT + 1];
        ByteBuffer payload = new ContextPeer(ContextTakeover.TAKEOVER).compress(more);
        assertThat(codeOf(wire, payload)).isEqualTo(CloseStatus.TOO_BIG);
    }

    @Test
    void aBombIs1009BeforeItGoesOff() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        ByteBuffer bomb = peer.compress(new byte[50 << 20]);
        int bytes = bomb.remaining();
        assertThat(bytes).isLessThan(60_000);
        assertThat(codeOf(wire, bomb)).isEqualTo(CloseStatus.TOO_BIG);
        assertThat(bomb.remaining()).as("read no further").isGreaterThan(bytes - 1000);
    }

    @Test
    void manySmallBombsAre1008() {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 200; i++) {
                                receive(wire, peer.compress(new byte[60_000]));
                            }
                        })
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        e -> assertThat(e.status().code()).isEqualTo(CloseStatus.POLICY));
    }

    @Test
    void whoRepeatsItselfAtLeisureIsNoBomb() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_32K);
        byte[] document = new Corpus(4).json(20_000);
        for (int i = 0; i < 2000; i++) {
            fixture.ticker.advance(Duration.ofMillis(50), fixture.wheel);
            assertThat(receive(wire, peer.compress(document))).isEqualTo(document);
        }
    }

    @Test
    void oneMessageAsLargeAsAnEndpointAllowsIsNoBomb() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        int limit = 40 << 20;
        ByteBuffer message = wire.incoming(peer.compress(new byte[limit]), limit);
        assertThat(message.remaining()).isEqualTo(limit);
    }

    @Test
    void textOfAllKindsIsTheSame() throws ProtocolViolation {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_32K);
        String text = "größe 水 🌊 ".repeat(50);
        ByteBuffer payload = peer.compress(text.getBytes(StandardCharsets.UTF_8));
        assertThat(receive(wire, payload)).asString(StandardCharsets.UTF_8).isEqualTo(text);
    }
}
