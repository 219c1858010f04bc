package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Ledger;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.Wire;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.deflate.PermessageDeflate;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate between frames and listener: RFC 7692 sections 6 and 7.2.3. */
class WireExtensionTest {
    /** "Hello" of section 7.2.3.1. */
    private static final String HELLO = "c1 87 00000000 f248cdc9c90700";

    private final PermessageDeflate deflate =
            Unbounded.deflate(
                    DeflateSettings.defaults(),
                    1L << 30,
                    new TimerWheel(new FakeTicker().nanoTime()),
                    Runnable::run,
                    DeflateObserver.NONE);
    private final WireFixture fixture =
            new WireFixture(
                    deflate.negotiate(
                            List.of("permessage-deflate"),
                            DeflatePolicy.CONTEXT_32K,
                            Ledger.unbounded().payers().of(InetAddress.getLoopbackAddress())),
                    Route.Lifecycle.MAY_BLOCK);
    private final ScriptedTransport transport = fixture.transport;
    private final WireFixture.Recorder listener = fixture.listener;

    @BeforeEach
    void open() {
        fixture.open();
        listener.take();
    }

    @AfterEach
    void close() {
        deflate.close();
    }

    private static String frame(String firstByte, byte[] payload) {
        String length =
                payload.length < 126
                        ? String.format("%02x", 0x80 | payload.length)
                        : String.format("fe%04x", payload.length);
        return firstByte + length + "00000000" + HexFormat.of().formatHex(payload);
    }

    private static byte[] deflated(byte[] text) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(text);
        byte[] out = new byte[text.length + 64];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return java.util.Arrays.copyOf(out, length - 4);
    }

    @Test
    void messagesAreCountedAsTheyAreWithoutCompression() {
        fixture.receive(HELLO);
        fixture.wire.write(OutboundFrame.text("y".repeat(1_000)));
        assertThat(fixture.passed).containsExactly("in 1 5", "out 1 1000");
    }

    @Test
    void compressedMessagesComeAmongOthers() {
        fixture.receive(HELLO + "81 82 00000000 6869" + "c1 85 00000000 f200110000");
        assertThat(listener.take()).containsExactly("TEXT! Hello", "TEXT! hi", "TEXT! Hello");
    }

    @Test
    void aCompressedMessageMayComeByteByByte() {
        for (byte octet : HexFormat.of().parseHex((HELLO + HELLO).replace(" ", ""))) {
            transport.feed(new byte[] {octet});
            fixture.run();
        }
        assertThat(listener.take()).containsExactly("TEXT! Hello", "TEXT! Hello");
    }

    @Test
    void fragmentsAreJoinedAndPingsBetweenAnswered() {
        fixture.receive(
                "41 83 00000000 f248cd 89 81 00000000 70 00 80 00000000 80 84 00000000 c9c90700");
        assertThat(listener.take()).containsExactly("TEXT! Hello");
        assertThat(transport.takeWritten()).isEqualTo("8a0170");
        fixture.receive(HELLO);
        assertThat(listener.take()).containsExactly("TEXT! Hello");
    }

    @Test
    void binaryStaysBinary() {
        fixture.receive(HELLO.replace("c1", "c2"));
        assertThat(listener.take()).containsExactly("BINARY! Hello");
    }

    @Test
    void anEmptyMessageIsAMessage() {
        fixture.receive("c1 81 00000000 00 c1 80 00000000");
        assertThat(listener.take()).containsExactly("TEXT! ", "TEXT! ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01 81 00000000 61 c0 81 00000000 61", // RSV1 in a continuation
                "c9 80 00000000", // in a Ping
                "c8 80 00000000", // in a Close
                "a1 81 00000000 61", // RSV2
                "d1 81 00000000 61" // RSV3 beside it
            })
    void reservedBitsWhereTheyMayNotBeAre1002(String frames) {
        fixture.receive(frames);
        assertThat(listener.take().toString()).contains("closed 1002");
    }

    @Test
    void inflatedTextMustBeUtf8() {
        fixture.receive(frame("c1", deflated(new byte[] {'a', (byte) 0xC3})));
        assertThat(listener.take()).containsExactly("closed 1007 text is not UTF-8");
    }

    @Test
    void binaryNeedNotBe() {
        fixture.receive(frame("c2", deflated(new byte[] {'a', (byte) 0xC3})));
        assertThat(listener.take()).hasSize(1).first().asString().startsWith("BINARY! a");
    }

    @Test
    void aBrokenStreamIs1007() {
        fixture.receive("c1 84 00000000 ffffffff");
        assertThat(listener.take())
                .containsExactly("closed 1007 a compressed message is not DEFLATE data");
    }

    @Test
    void theMessageLimitIsThatOfTheText() {
        fixture.receive(
                frame("c1", deflated("a".repeat(100_000).getBytes(StandardCharsets.UTF_8))));
        assertThat(listener.take()).hasSize(1).first().asString().hasSize(100_006);
        fixture.receive(
                frame("c1", deflated("a".repeat(100_001).getBytes(StandardCharsets.UTF_8))));
        assertThat(listener.take()).containsExactly("closed 1009 a message is over 100000 bytes");
    }

    @Test
    void whatIsCompressedToMoreThanTheLimitIsNotGathered() {
        fixture.receive("41 ff 00000000 0001b9c0 00000000"); // 113,088 bytes: an eighth more
        assertThat(listener.take()).containsExactly("closed 1009 a message is over 100000 bytes");
    }

    @Test
    void aMessageWithoutEndTakesItsTurnsOfTheThread() {
        int[] reads = new int[1];
        transport.beforeFill(
                () -> {
                    reads[0]++;
                    fixture.ticker.advance(Duration.ofMillis(60), fixture.wheel);
                });
        transport.receive("41 80 00000000" + "00 80 00000000".repeat(300_000));
        fixture.runNext();
        assertThat(reads[0]).isEqualTo(16);
        assertThat(fixture.hasTasks()).isTrue();
        assertThat(listener.take()).isEmpty();
    }

    @Test
    void messagesAreCompressedWhenTheyAreWritten() {
        String text = "{\"price\":1}".repeat(10);
        fixture.wire.write(OutboundFrame.text(text));
        String first = transport.takeWritten();
        assertThat(first).startsWith("c1").hasSizeLessThan(80);
        fixture.wire.write(OutboundFrame.text(text));
        assertThat(transport.takeWritten()).startsWith("c1").hasSizeLessThan(first.length());
        fixture.wire.write(OutboundFrame.text(text).secret());
        assertThat(transport.takeWritten()).startsWith("816e7b2270");
        fixture.wire.write(OutboundFrame.text("short"));
        assertThat(transport.takeWritten()).isEqualTo("810573686f7274");
        fixture.wire.control(Wire.Control.KEEPALIVE_PING, ByteBuffer.wrap(new byte[100]));
        assertThat(transport.takeWritten()).startsWith("8964");
    }

    @Test
    void theEndGivesTheContextsBack() {
        fixture.wire.write(OutboundFrame.text("{\"price\":1}".repeat(10)));
        fixture.receive(HELLO);
        assertThat(deflate.contextBytes()).isPositive();
        fixture.receive("88 82 00000000 03e8");
        assertThat(listener.take()).contains("closed 1000 ");
        assertThat(deflate.contextBytes()).isZero();
    }

    @Test
    void theAnswerIsTheWires() {
        assertThat(fixture.wire.extensions()).isEqualTo("permessage-deflate");
        assertThat(new WireFixture().wire.extensions()).isEmpty();
    }
}
