package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireConnectionTest {
    private static final String HELLO = "81 85 00000000 48656c6c6f";
    private static final String CLOSE_1000 = "88 82 00000000 03e8";

    private final WireFixture fixture = newFixture();
    private final WireConnection wire = fixture.wire;
    private final ScriptedTransport transport = fixture.transport;
    private final WireFixture.Recorder listener = fixture.listener;

    /** The same engine on a transport of another kind. */
    WireFixture newFixture() {
        return new WireFixture();
    }

    @Test
    void aMessageComesWholeThoughItsBytesComeOneByOne() {
        fixture.open();
        for (byte octet : HexFormat.of().parseHex(HELLO.replace(" ", ""))) {
            transport.feed(new byte[] {octet});
            fixture.run();
        }
        assertThat(listener.take()).containsExactly("open", "TEXT! Hello");
        assertThat(transport.isWaitedFor()).isTrue();
    }

    @Test
    void bytesThatCameWithTheHandshakeAreReadFirst() {
        wire.onOpened(ByteBuffer.wrap(HexFormat.of().parseHex("818500000000")));
        fixture.run();
        fixture.receive("48656c6c6f");
        assertThat(listener.take()).containsExactly("open", "TEXT! Hello");
    }

    @Test
    void fragmentsComeInTheirOrderWithPingsAnsweredBetween() {
        fixture.open();
        fixture.receive(
                "01 82 00000000 4865 89 81 00000000 70 00 81 00000000 6c 80 82 00000000 6c6f");
        assertThat(listener.take())
                .containsExactly("open", "TEXT He", "CONTINUATION l", "CONTINUATION! lo");
        assertThat(transport.takeWritten()).isEqualTo("8a0170");
    }

    @Test
    void aFrameUpTo64KiBIsOnePieceAndALargerOneSeveral() {
        fixture.open();
        byte[] payload = new byte[WireReader.PIECE_BYTES + 1000];
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) 0x82).put((byte) 0xFF).putLong(payload.length).putInt(0).put(payload);
        transport.feed(frame.array());
        fixture.run();
        assertThat(listener.take().stream().map(String::length).toList())
                .containsExactly(
                        "open".length(),
                        "BINARY ".length() + WireReader.PIECE_BYTES,
                        "CONTINUATION! ".length() + 1000);
    }

    @Test
    void messagesAndTheirPayloadAreCounted() {
        fixture.open();
        fixture.receive("01 83 00000000 48656c" + "89 81 00000000 31" + "80 82 00000000 6c6f");
        assertThat(fixture.passed).containsExactly("in 0 3", "in 1 2");
        fixture.passed.clear();

        wire.write(OutboundFrame.text("x".repeat(200)));
        wire.control(Wire.Control.KEEPALIVE_PING, ByteBuffer.allocate(4));
        wire.write(OutboundFrame.fragment(Opcode.TEXT, OutboundFrame.Fin.MORE, bytes("abc")));
        wire.write(OutboundFrame.fragment(Opcode.CONTINUATION, OutboundFrame.Fin.LAST, bytes("d")));
        wire.write(
                OutboundFrame.join(
                        List.of(
                                OutboundFrame.text("abc"),
                                OutboundFrame.text("x".repeat(70_000)))));
        transport.stick();
        wire.control(Wire.Control.KEEPALIVE_PING, ByteBuffer.allocate(4));
        wire.write(OutboundFrame.text("waits"));
        wire.close(CloseStatus.of(CloseStatus.NORMAL));
        wire.write(OutboundFrame.text("too late"));
        assertThat(fixture.passed)
                .containsExactly("out 1 200", "out 0 3", "out 1 1", "out 2 70003", "out 1 5");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anIdleWireHoldsNoBuffer() {
        fixture.open();
        fixture.receive(HELLO);
        fixture.receive(HELLO + "81");
        int spare = fixture.buffers.spare();
        assertThat(spare).isEqualTo(1);
        fixture.receive("85 00000000 48656c6c6f");
        assertThat(fixture.buffers.spare()).isEqualTo(1);
        assertThat(listener.take()).hasSize(4);
    }

    @Test
    void withoutDemandNothingIsReadUntilItIsGivenBack() {
        listener.autoDemand = false;
        fixture.open();
        fixture.receive(HELLO + HELLO + "89 80 00000000");
        assertThat(listener.take()).containsExactly("open");
        wire.demand();
        fixture.run();
        assertThat(listener.take()).containsExactly("TEXT! Hello");
        assertThat(transport.takeWritten()).isEmpty();
        assertThat(wire.isReadingWithheld()).isTrue();
        wire.demand();
        fixture.run();
        wire.demand();
        fixture.run();
        assertThat(listener.take()).containsExactly("TEXT! Hello");
        assertThat(transport.takeWritten()).isEqualTo("8a00");
    }

    @Test
    void onlyTheLatestPingIsAnsweredWhenAnswersWereStuck() {
        fixture.open();
        transport.stick();
        assertThat(wire.write(OutboundFrame.text("a"))).isFalse();
        fixture.receive("89 81 00000000 31 89 81 00000000 32");
        transport.unstick();
        assertThat(transport.takeWritten()).isEqualTo("810161" + "8a0132");
        assertThat(listener.take()).containsExactly("open", "writable");
    }

    @Test
    void controlFramesPassDataFramesButTheOneInFlight() {
        fixture.open();
        transport.stick();
        wire.control(Wire.Control.KEEPALIVE_PING, bytes("x"));
        assertThat(wire.write(OutboundFrame.text("data"))).isFalse();
        wire.control(Wire.Control.KEEPALIVE_PING, bytes("y"));
        assertThat(wire.isPingPending()).isTrue();
        transport.unstick();
        assertThat(transport.takeWritten()).isEqualTo("890178" + "890179" + "810464617461");
        assertThat(wire.isPingPending()).isFalse();
        assertThat(listener.take()).containsExactly("open", "writable");
    }

    @Test
    void aPingOfTheApplicationAndOneOfKeepaliveReplaceNeitherTheOther() {
        fixture.open();
        transport.stick();
        assertThat(wire.write(OutboundFrame.text("data"))).isFalse();
        wire.control(Wire.Control.KEEPALIVE_PING, bytes("k"));
        wire.control(Wire.Control.PING, bytes("a"));
        wire.control(Wire.Control.PING, bytes("b"));
        assertThat(wire.isPingPending()).isTrue();
        transport.takeHeld();
        assertThat(transport.takeWritten()).isEqualTo("810464617461");
        transport.takeHeld();
        assertThat(transport.takeWritten()).isEqualTo("890162");
        assertThat(wire.isPingPending()).isTrue();
        fixture.advance(Duration.ofSeconds(3));
        transport.takeHeld();
        assertThat(transport.takeWritten()).isEqualTo("89016b");
        assertThat(wire.isPingPending()).isFalse();
        assertThat(wire.pingWrittenNanos()).isEqualTo(fixture.wheel.nowNanos());
    }

    @Test
    void aPingOfTheApplicationMovesNoTimeOfKeepalives() {
        fixture.open();
        wire.control(Wire.Control.KEEPALIVE_PING, bytes("k"));
        long written = wire.pingWrittenNanos();
        assertThat(wire.isPingFollowed()).isFalse();
        fixture.advance(Duration.ofSeconds(3));
        wire.control(Wire.Control.PING, bytes("a"));
        assertThat(wire.pingWrittenNanos()).isEqualTo(written);
        assertThat(wire.isPingFollowed()).isTrue();
        wire.control(Wire.Control.KEEPALIVE_PING, bytes("k"));
        assertThat(wire.isPingFollowed()).isFalse();
    }

    @Test
    void aPongOfTheApplicationReplacesNoAnswer() {
        fixture.open();
        transport.stick();
        assertThat(wire.write(OutboundFrame.text("a"))).isFalse();
        fixture.receive("89 81 00000000 31");
        wire.control(Wire.Control.PONG, bytes("x"));
        wire.control(Wire.Control.PONG, bytes("y"));
        transport.unstick();
        assertThat(transport.takeWritten()).isEqualTo("810161" + "8a0131" + "8a0179");
    }

    @Test
    void aWriteThatGoesAtOnceOwesNoOnWritable() {
        fixture.open();
        assertThat(wire.write(OutboundFrame.text("a"))).isTrue();
        assertThat(listener.take()).containsExactly("open");
        assertThat(wire.isWritePending()).isFalse();
    }

    @Test
    void aLargeFrameGoesInSlicesThatShowProgress() {
        fixture.open();
        transport.stick();
        byte[] large = new byte[150_000];
        assertThat(wire.write(OutboundFrame.binary(ByteBuffer.wrap(large)))).isFalse();
        long first = wire.writePendingSinceNanos();
        fixture.advance(Duration.ofSeconds(20));
        transport.takeHeld();
        assertThat(wire.isWritePending()).isTrue();
        assertThat(wire.writePendingSinceNanos() - first)
                .isGreaterThan(Duration.ofSeconds(19).toNanos());
        transport.takeHeld();
        transport.takeHeld();
        assertThat(listener.take()).containsExactly("open", "writable");
        assertThat(transport.takeWritten()).hasSize(2 * (10 + large.length));
    }

    /** As a socket does that takes little at a time. */
    @Test
    void aPartOfASliceIsProgressToo() {
        fixture.open();
        transport.stick();
        assertThat(wire.write(OutboundFrame.binary(ByteBuffer.wrap(new byte[50_000])))).isFalse();
        long first = wire.writePendingSinceNanos();
        fixture.advance(Duration.ofSeconds(20));
        assertThat(wire.writePendingSinceNanos()).isEqualTo(first);

        transport.takeSomeOfHeld(1_000);

        long second = wire.writePendingSinceNanos();
        assertThat(second - first).isGreaterThan(Duration.ofSeconds(19).toNanos());
        fixture.advance(Duration.ofSeconds(20));
        assertThat(wire.writePendingSinceNanos()).isEqualTo(second);
        transport.takeHeld();
        assertThat(transport.takeWritten()).hasSize(2 * (4 + 50_000));
    }

    /** HTTP/2 and TLS write a copy, or what they have made of it. */
    @Test
    void aTransportNeedNotMoveThePositionOfASlice() {
        fixture.open();
        transport.stick();
        byte[] large = new byte[200_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i / 251);
        }
        wire.write(OutboundFrame.binary(ByteBuffer.wrap(large)));
        for (int slice = 1; slice <= 4; slice++) {
            transport.takeHeldInPlace();
        }
        assertThat(transport.isHolding()).isFalse();
        byte[] written = HexFormat.of().parseHex(transport.takeWritten());
        assertThat(Arrays.copyOfRange(written, 10, written.length)).isEqualTo(large);
    }

    @Test
    void thePeersCloseIsEchoedAndEndsTheTransport() {
        fixture.open();
        fixture.receive("88 85 00000000 03e8627965");
        assertThat(listener.take()).containsExactly("open", "closed 1000 bye");
        assertThat(transport.takeWritten()).isEqualTo("880203e8");
        assertThat(transport.closed).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
        assertThat(fixture.observed).containsExactly("opened", "closed 1000");
    }

    @Test
    void ourCloseWaitsForThePeersAndDropsItsMessages() {
        fixture.open();
        wire.close(new CloseStatus(1001, "later"));
        fixture.run();
        assertThat(transport.takeWritten()).isEqualTo("880703e96c61746572");
        fixture.receive(HELLO);
        assertThat(transport.closed).isZero();
        assertThat(listener.take()).containsExactly("open");
        fixture.receive(CLOSE_1000);
        assertThat(listener.take()).containsExactly("closed 1001 later");
        assertThat(transport.closed).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aPeerThatNeverAnswersOurCloseIsReset() {
        fixture.open();
        wire.close(CloseStatus.of(1000));
        fixture.advance(Duration.ofSeconds(9));
        assertThat(transport.aborted).isZero();
        fixture.advance(Duration.ofSeconds(2));
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(listener.take()).containsExactly("open", "closed 1000 ");
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aDataFrameBeforeOurCloseIsNotLost() {
        fixture.open();
        transport.stick();
        wire.control(Wire.Control.KEEPALIVE_PING, bytes(""));
        assertThat(wire.write(OutboundFrame.text("last"))).isFalse();
        wire.close(CloseStatus.of(1000));
        transport.unstick();
        assertThat(transport.takeWritten()).isEqualTo("8900" + "81046c617374" + "880203e8");
    }

    @Test
    void failEndsTheSessionAtOnceAndFinishesTheHalfWrittenFrame() {
        fixture.open();
        transport.stick();
        assertThat(wire.write(OutboundFrame.text("half"))).isFalse();
        wire.fail(new CloseStatus(1013, "slow"), Duration.ofSeconds(30));
        fixture.run();
        assertThat(listener.take()).containsExactly("open", "closed 1013 slow");
        transport.unstick();
        assertThat(transport.takeWritten()).isEqualTo("810468616c66" + "880603f5736c6f77");
        assertThat(transport.outputShut).isTrue();
        assertThat(transport.closed).isZero();
        assertThat(fixture.leases).hasValue(0);
        transport.receiveEnd();
        fixture.run();
        assertThat(transport.closed).isEqualTo(1);
        assertThat(transport.aborted).isZero();
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aPeerThatDoesNotReadWithinTheLingerIsReset() {
        fixture.open();
        transport.stick();
        wire.write(OutboundFrame.text("half"));
        wire.fail(new CloseStatus(1013, "slow"), Duration.ofSeconds(30));
        fixture.advance(Duration.ofSeconds(29));
        assertThat(transport.aborted).isZero();
        fixture.advance(Duration.ofSeconds(2));
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(transport.closed).isZero();
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void failWithoutLingerResetsAtOnce() {
        fixture.open();
        wire.fail(new CloseStatus(1013, ""), Duration.ZERO);
        fixture.run();
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(listener.take()).containsExactly("open", "closed 1013 ");
    }

    @Test
    void failAfterCloseWaitsNoLongerForThePeer() {
        fixture.open();
        wire.close(CloseStatus.of(1000));
        fixture.run();
        wire.fail(new CloseStatus(4408, "no pong"), Duration.ofSeconds(1));
        fixture.run();
        assertThat(transport.takeWritten()).isEqualTo("880203e8");
        assertThat(transport.outputShut).isTrue();
        assertThat(listener.take()).containsExactly("open", "closed 1000 ");
        fixture.advance(Duration.ofSeconds(2));
        assertThat(transport.aborted).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c1 80 00000000", "81 05 48656c6c6f", "83 80 00000000"})
    void aBrokenFrameIsAnsweredWith1002AndNothingMoreIsHeard(String frame) {
        fixture.open();
        fixture.receive(frame + HELLO);
        assertThat(listener.take()).hasSize(2).last().asString().startsWith("closed 1002");
        assertThat(transport.takeWritten()).startsWith("88").contains("03ea");
        assertThat(transport.outputShut).isTrue();
        fixture.receive(HELLO);
        fixture.advance(Duration.ofSeconds(3));
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void anOversizeFrameIsRefusedWhileItStillArrives() {
        fixture.open();
        fixture.receive("82 ff 0000000000200000 00000000");
        assertThat(listener.take()).last().asString().startsWith("closed 1009");
        assertThat(transport.takeWritten()).contains("03f1");
    }

    @Test
    void aChangedLimitHoldsForTheNextMessage() {
        fixture.open();
        wire.maxMessageBytes(4);
        fixture.receive(HELLO);
        assertThat(listener.take()).last().asString().startsWith("closed 1009");
    }

    @Test
    void badUtf8FailsBeforeItsFrameIsComplete() {
        fixture.open();
        fixture.receive("81 fe 1000 00000000 48ff");
        assertThat(listener.take()).last().asString().startsWith("closed 1007");
    }

    @Test
    void anEndWithoutACloseIs1006() {
        fixture.open();
        transport.receiveEnd();
        fixture.run();
        assertThat(listener.take()).containsExactly("open", "closed 1006 ");
        assertThat(transport.closed).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aLostTransportIs1006EvenWhileDemandIsWithheld() {
        listener.autoDemand = false;
        fixture.open();
        wire.onTransportClosed(new IOException("reset"));
        wire.onTransportClosed(null);
        fixture.run();
        assertThat(listener.take()).containsExactly("open", "closed 1006 ");
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aFailedWriteEndsTheSession() {
        fixture.open();
        transport.failWrites(new IOException("broken pipe"));
        assertThat(wire.write(OutboundFrame.text("a"))).as("not taken").isFalse();
        fixture.run();
        assertThat(listener.take()).containsExactly("open", "closed 1006 ");
        assertThat(wire.write(OutboundFrame.text("b"))).as("dropped").isTrue();
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aListenerThatThrowsEndsItsSessionWith1011() {
        fixture.open();
        listener.failure = new IllegalStateException("expected by the test");
        fixture.receive(HELLO);
        assertThat(listener.take()).last().asString().startsWith("closed 1011");
        assertThat(transport.takeWritten()).contains("03f3");
    }

    @Test
    void anUpgradeThatFailedIsNeitherOpenedNorClosed() {
        wire.onNeverOpened();
        wire.onTransportClosed(null);
        fixture.run();
        assertThat(listener.take()).isEmpty();
        assertThat(fixture.leases).hasValue(1);
        assertThat(fixture.observed).isEmpty();
    }

    /** A Close frame would stand in the answer's place. */
    @Test
    void whoEndsASessionBeforeItsUpgradeWritesNothingAndIsHeardAfterIt() {
        wire.close(CloseStatus.of(CloseStatus.GOING_AWAY));
        wire.fail(CloseStatus.of(CloseStatus.INTERNAL_ERROR), Duration.ofSeconds(1));
        fixture.run();
        assertThat(transport.takeWritten()).isEmpty();
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(listener.take()).isEmpty();

        wire.onOpened(ByteBuffer.allocate(0));
        fixture.run();
        assertThat(listener.take()).containsExactly("open", "closed 1001 ");
        assertThat(transport.takeWritten()).isEmpty();
        assertThat(fixture.leases).hasValue(1);
        wire.onNeverOpened();
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void whoAbortsASessionWithoutAnUpgradeGivesItsPlaceBack() {
        wire.abort();
        fixture.run();
        assertThat(fixture.leases).hasValue(0);
        wire.onNeverOpened();
        fixture.run();
        assertThat(listener.take()).isEmpty();
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void theEndOfTheRequestIsNoEndOfAnUpgrade() {
        fixture.open();
        wire.onNeverOpened();
        fixture.receive(HELLO);
        assertThat(listener.take()).containsExactly("open", "TEXT! Hello");
        assertThat(fixture.leases).hasValue(0);
    }

    @Test
    void aTransportThatIsLostWhileItsCloseIsReadIsFinished() {
        fixture.open();
        transport.beforeFill(() -> wire.onTransportClosed(null));
        fixture.receive(CLOSE_1000);
        assertThat(listener.take()).containsExactly("open", "closed 1006 ");
        assertThat(fixture.leases).hasValue(1);
        assertThat(fixture.buffers.spare()).isEqualTo(1);
    }

    @Test
    void anExecutorWithoutThreadsEndsTheSession() {
        fixture.open();
        fixture.refusal = new OutOfMemoryError("expected by the test");
        transport.receive(HELLO);
        assertThat(listener.take()).containsExactly("open", "closed 1006 ");
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
        wire.abort();
        wire.onTransportClosed(null);
        assertThat(fixture.leases).hasValue(1);
        assertThat(listener.take()).isEmpty();
    }

    @Test
    void anExecutorWithoutThreadsAtTheOpeningTellsNobody() {
        fixture.refusal = new OutOfMemoryError("expected by the test");
        wire.onOpened(ByteBuffer.allocate(0));
        assertThat(listener.take()).isEmpty();
        assertThat(fixture.leases).hasValue(1);
        assertThat(fixture.observed).containsExactly("opened", "closed 1006");
    }

    @Test
    void anExecutorThatRanWhatItRefusesEndsNobody() {
        fixture.open();
        fixture.refusal = new OutOfMemoryError("expected by the test");
        fixture.refusesTooLate = true;
        transport.receive(HELLO);
        assertThat(listener.take()).containsExactly("open", "TEXT! Hello");
        fixture.refusal = null;
        fixture.receive(HELLO);
        assertThat(listener.take()).containsExactly("TEXT! Hello");
        assertThat(fixture.leases).hasValue(0);
    }

    @Test
    void aFloodHasItsTurnsOfTheExecutorsThread() {
        fixture.open();
        listener.take();
        transport.receive(HELLO.repeat(1_200));
        fixture.runNext();
        assertThat(listener.take()).hasSize(512);
        fixture.runNext();
        assertThat(listener.take()).hasSize(512);
        fixture.run();
        assertThat(listener.take()).hasSize(176);
        assertThat(transport.isWaitedFor()).isTrue();
        assertThat(fixture.buffers.spare()).as("buffers given back").isEqualTo(1);
    }

    @Test
    void aLongCallbackIsTheLastOfItsTurn() {
        fixture.open();
        listener.take();
        listener.whenMessage = () -> fixture.ticker.advance(Duration.ofMillis(60), fixture.wheel);
        transport.receive(HELLO.repeat(3));
        fixture.runNext();
        assertThat(listener.take()).hasSize(1);
        fixture.runNext();
        assertThat(listener.take()).hasSize(1);
        fixture.run();
        assertThat(listener.take()).hasSize(1);
    }

    @Test
    void whoWaitsForAThreadIsNotRead() {
        fixture.open();
        assertThat(wire.isReadingWithheld()).isFalse();
        Queue<Runnable> wakes = new ArrayDeque<>();
        fixture.wakes = wakes;
        transport.receive(HELLO.repeat(600));
        assertThat(fixture.hasTasks()).isFalse();
        assertThat(wire.isReadingWithheld()).as("with the others of a round").isTrue();
        wakes.remove().run();
        assertThat(wire.isReadingWithheld()).as("before its first turn").isTrue();
        fixture.holdsTurns = true;
        fixture.runNext();
        assertThat(fixture.hasTasks()).isFalse();
        assertThat(wire.isReadingWithheld()).as("when it gave way").isTrue();
        fixture.releaseTurns();
        assertThat(wire.isReadingWithheld()).as("before its second turn").isTrue();
        long sinceNanos = wire.readingChangedNanos();
        fixture.ticker.advance(Duration.ofSeconds(20), fixture.wheel);
        assertThat(wire.readingChangedNanos()).isEqualTo(sinceNanos);
        fixture.run();
        assertThat(wire.isReadingWithheld()).isFalse();
        assertThat(wire.readingChangedNanos()).isEqualTo(fixture.wheel.nowNanos());
    }

    @Test
    void thePongOfWhoWaitsForAThreadIsNotLateWhenItIsItsTurn() {
        fixture.open();
        transport.receive("8a 81 00000000 37");
        fixture.ticker.advance(Duration.ofSeconds(20), fixture.wheel);
        assertThat(wire.isReadingWithheld()).isTrue();
        fixture.run();
        assertThat(wire.isReadingWithheld()).isFalse();
        assertThat(wire.readingChangedNanos()).isEqualTo(fixture.wheel.nowNanos());
    }

    @Test
    void whatIsDroppedTakesItsTurnsToo() {
        fixture.open();
        fixture.receive("83 80 00000000");
        int[] reads = new int[1];
        transport.beforeFill(
                () -> {
                    reads[0]++;
                    fixture.ticker.advance(Duration.ofMillis(60), fixture.wheel);
                });
        transport.feed(new byte[100 * ReadBuffers.BYTES]);
        reads[0] = 0;
        fixture.runNext();
        assertThat(reads[0]).isEqualTo(16);
        assertThat(fixture.hasTasks()).isTrue();
    }

    @Test
    void whoseTurnIsOverGoesOnWhereNobodyCanHandItOver() {
        fixture.open();
        listener.take();
        transport.receive(HELLO.repeat(1_200));
        fixture.requeueFails = true;
        fixture.runNext();
        assertThat(listener.take()).hasSize(1_200).containsOnly("TEXT! Hello");
        assertThat(transport.aborted).isZero();
    }

    @Test
    void whoseTurnIsOverGoesOnOnceWhereItWasHandedOverInSpiteOfAFailure() {
        fixture.open();
        listener.take();
        transport.receive(HELLO.repeat(600));
        fixture.requeueFailsTooLate = true;
        fixture.runNext();
        assertThat(listener.take()).hasSize(512);
        fixture.run();
        assertThat(listener.take()).hasSize(88);
        assertThat(fixture.hasTasks()).isFalse();
    }

    @Test
    void whoseTurnIsOverEndsWhereTheExecutorTakesNoMore() {
        fixture.open();
        listener.take();
        transport.receive(HELLO.repeat(1_200));
        fixture.refusal = new OutOfMemoryError("expected by the test");
        fixture.runNext();
        assertThat(listener.take()).hasSize(513).endsWith("closed 1006 ");
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aFloodNeedsNoStackWhereThereIsOneThread() {
        WireFixture single =
                new WireFixture(null, Route.Lifecycle.MAY_BLOCK, Route.SAME_THREAD).open();
        single.listener.take();
        single.transport.receive(HELLO.repeat(100_000));
        assertThat(single.listener.take()).hasSize(100_000);
    }

    @Test
    void aSessionWhoseEndFailsTooIsOver() {
        fixture.open();
        transport.failWritesWith(new OutOfMemoryError("expected by the test"));
        listener.failure = new IllegalStateException("expected by the test");
        fixture.receive(HELLO);
        assertThat(listener.take())
                .containsExactly("open", "TEXT! Hello", "closed 1011 internal error");
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void onClosedHoldsNoReadBuffer() {
        int[] spare = new int[1];
        fixture.open();
        listener.whenClosed = () -> spare[0] = fixture.buffers.spare();
        fixture.receive(CLOSE_1000);
        assertThat(listener.take()).containsExactly("open", "closed 1000 ");
        assertThat(spare[0]).isEqualTo(1);
    }

    @Test
    void aCallbackHoldsNoReadBuffer() {
        listener.autoDemand = false;
        fixture.open();
        wire.demand();
        fixture.receive(HELLO + HELLO);
        assertThat(listener.take()).containsExactly("open", "TEXT! Hello");
        assertThat(fixture.buffers.spare()).isEqualTo(1);
        wire.demand();
        fixture.run();
        assertThat(listener.take()).containsExactly("TEXT! Hello");
    }

    @Test
    void abortIsHeardOnce() {
        fixture.open();
        wire.abort();
        wire.abort();
        wire.close(CloseStatus.of(1000));
        wire.fail(CloseStatus.of(1011), Duration.ofSeconds(1));
        fixture.run();
        assertThat(listener.take()).containsExactly("open", "closed 1006 ");
        assertThat(transport.aborted).isEqualTo(1);
        assertThat(transport.closed).isZero();
        assertThat(fixture.leases).hasValue(1);
    }

    @Test
    void aPongOfThePeerIsHeardWithoutDemandBeingUsedUp() {
        fixture.open();
        fixture.receive("8a 81 00000000 37" + HELLO);
        assertThat(listener.take()).containsExactly("open", "PONG 7", "TEXT! Hello");
    }

    @Test
    void aHundredThousandInlineWritesNeedNoStack() {
        fixture.open();
        OutboundFrame frame = OutboundFrame.text("");
        for (int i = 0; i < 100_000; i++) {
            assertThat(wire.write(frame)).isTrue();
        }
        assertThat(transport.takeWritten()).hasSize(400_000);
    }
}
