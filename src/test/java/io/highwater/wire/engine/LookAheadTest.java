package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read while a callback runs, or nothing is demanded. */
final class LookAheadTest {
    private static final Duration A_WHILE = Duration.ofMillis(150);
    private static final String PING_P = "89 81 00000000 70";
    private static final String PONG_P = "8a0170";

    private WireFixture fixture = new WireFixture();

    /** What comes while the listener has its first message, and a while of its time. */
    private void during(Runnable action) {
        fixture.listener.whenMessage =
                () -> {
                    fixture.listener.whenMessage = () -> {};
                    action.run();
                };
        fixture.receive(text("first"));
    }

    private static String text(String text) {
        return hex(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    /** With a mask of zeros. */
    private static byte[] frame(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 0xFFFF) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    private String writtenAfterAWhile() {
        fixture.advance(A_WHILE);
        return fixture.transport.takeWritten();
    }

    @Test
    void aPingIsAnsweredWhileACallbackRuns() {
        fixture.open();
        List<String> written = new ArrayList<>();
        during(
                () -> {
                    fixture.receive(PING_P);
                    assertThat(fixture.transport.takeWritten()).isEmpty();
                    written.add(writtenAfterAWhile());
                    fixture.receive("89 81 00000000 71");
                    written.add(writtenAfterAWhile());
                });
        assertThat(written).containsExactly(PONG_P, "8a0171");
        assertThat(fixture.listener.take()).containsExactly("open", "TEXT! first");
        fixture.receive(text("second"));
        assertThat(fixture.listener.take()).containsExactly("TEXT! second");
    }

    @Test
    void aPingThatCameWithTheMessageIsAnswered() {
        fixture.open();
        List<String> written = new ArrayList<>();
        fixture.listener.whenMessage = () -> written.add(writtenAfterAWhile());
        fixture.receive(text("first") + PING_P);
        assertThat(written).containsExactly(PONG_P);
    }

    @Test
    void aPingBehindMessagesIsAnsweredAndTheseComeAfterwards() {
        fixture.open();
        List<String> written = new ArrayList<>();
        during(
                () -> {
                    fixture.receive(text("second") + "01 82 00000000 7468");
                    fixture.receive(PING_P + "80 83 00000000 69");
                    written.add(writtenAfterAWhile());
                    fixture.receive("7264" + PING_P);
                    written.add(writtenAfterAWhile());
                });
        assertThat(written).containsExactly(PONG_P, PONG_P);
        assertThat(fixture.listener.take())
                .containsExactly(
                        "open", "TEXT! first", "TEXT! second", "TEXT th", "CONTINUATION! ird");
    }

    @Test
    void whoDemandsNothingHasPingsAnsweredToo() {
        fixture.listener.autoDemand = false;
        fixture.open();
        fixture.receive(PING_P);
        assertThat(writtenAfterAWhile()).isEqualTo(PONG_P);
        fixture.receive(text("first"));
        fixture.receive(PING_P);
        assertThat(writtenAfterAWhile()).isEqualTo(PONG_P);
        fixture.wire.demand();
        fixture.run();
        assertThat(fixture.listener.take()).containsExactly("open", "TEXT! first");
    }

    @Test
    void aPongOfKeepalivesIsSettledAndAnotherKeepsItsPlace() {
        fixture.open();
        fixture.listener.ownPong = ByteBuffer.wrap(new byte[] {'o'});
        during(
                () -> {
                    fixture.receive("8a 81 00000000 61" + "8a 81 00000000 6f" + text("second"));
                    fixture.advance(A_WHILE);
                    fixture.listener.ownPong = null;
                });
        assertThat(fixture.listener.take())
                .containsExactly("open", "TEXT! first", "PONG a", "TEXT! second");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"88 82 00000000 03e8", "89 01 70", "c9 81 00000000 70", "83 81 00000000 70"})
    void aCloseAndWhatIsNoFrameWaitForTheirTurn(String end) {
        fixture.open();
        during(
                () -> {
                    fixture.receive(end + PING_P);
                    assertThat(writtenAfterAWhile()).isEmpty();
                });
        assertThat(fixture.listener.take().get(1)).isEqualTo("TEXT! first");
        assertThat(fixture.transport.takeWritten()).startsWith("88");
    }

    @Test
    void theEndOfThePeersBytesComesAfterThem() {
        fixture.open();
        during(
                () -> {
                    fixture.receive(text("second"));
                    fixture.transport.receiveEnd();
                    fixture.advance(A_WHILE);
                });
        assertThat(fixture.listener.take())
                .containsExactly("open", "TEXT! first", "TEXT! second", "closed 1006 ");
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void onlySoMuchIsReadAheadAndItIsCharged() {
        Ledger ledger = Ledger.unbounded();
        fixture = new WireFixture(ledger);
        fixture.open();
        during(
                () -> {
                    for (int i = 0; i < 20; i++) {
                        fixture.transport.feed(frame(0x82, new byte[4_000]));
                    }
                    for (int i = 0; i < 20; i++) {
                        fixture.advance(A_WHILE);
                    }
                    long kept = ledger.book(Account.INBOUND).bytes();
                    assertThat(kept).isBetween(8_000L, 24_576L + 1_024);
                });
        assertThat(fixture.listener.take()).hasSize(22);
        assertThat(ledger.book(Account.INBOUND).bytes()).isZero();
    }

    @Test
    void aCallbackThatThrowsEndsTheSessionThoughItWasLookedAt() {
        fixture.open();
        fixture.listener.failure = new IllegalStateException("expected by the test");
        during(
                () -> {
                    fixture.receive(PING_P);
                    fixture.advance(A_WHILE);
                });
        assertThat(fixture.listener.take())
                .containsExactly("open", "TEXT! first", "closed 1011 internal error");
        assertThat(fixture.transport.takeWritten()).startsWith(PONG_P + "88");
    }

    /**
     * Whatever comes when, the messages are the same, and each Ping has its Pong in their order.
     */
    @Test
    void noLookChangesWhatIsHeard() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            fixture = new WireFixture();
            fixture.open();
            List<String> expected = new ArrayList<>(List.of("open"));
            StringBuilder pongs = new StringBuilder();
            byte[] bytes = frames(random, expected, pongs);
            ByteBuffer left = ByteBuffer.wrap(bytes);
            Runnable some =
                    () -> {
                        for (int i = random.nextInt(3); i > 0 && left.hasRemaining(); i--) {
                            byte[] chunk =
                                    new byte[Math.min(left.remaining(), random.nextInt(900) + 1)];
                            left.get(chunk);
                            fixture.transport.feed(chunk);
                            fixture.run();
                            fixture.advance(Duration.ofMillis(random.nextInt(200)));
                        }
                    };
            fixture.listener.whenMessage = some;
            while (left.hasRemaining()) {
                some.run();
            }
            fixture.advance(Duration.ofSeconds(1));
            assertThat(fixture.listener.take()).as("seed %s", seed).isEqualTo(expected);
            assertThat(fixture.transport.takeWritten())
                    .as("seed %s", seed)
                    .isEqualTo(pongs.toString());
        }
    }

    private static byte[] frames(Random random, List<String> expected, StringBuilder pongs) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean inMessage = false;
        for (int i = 0; i < 30; i++) {
            byte[] payload = new byte[random.nextInt(3) == 0 ? random.nextInt(2_000) : 5];
            Arrays.fill(payload, (byte) ('a' + i % 26));
            if (random.nextInt(3) == 0) {
                byte[] ping = Arrays.copyOf(payload, Math.min(payload.length, 3));
                bytes.writeBytes(frame(0x89, ping));
                pongs.append(hex(new byte[] {(byte) 0x8A, (byte) ping.length})).append(hex(ping));
                continue;
            }
            boolean last = random.nextBoolean();
            bytes.writeBytes(frame((inMessage ? 0 : 1) | (last ? 0x80 : 0), payload));
            expected.add(
                    (inMessage ? "CONTINUATION" : "TEXT")
                            + (last ? "! " : " ")
                            + new String(payload, StandardCharsets.UTF_8));
            inMessage = !last;
        }
        return bytes.toByteArray();
    }
}
