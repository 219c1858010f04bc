package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.testing.RecordingWire;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DeflateBudgetTest {
    private static final int CONTEXT_BYTES = OwnDictionary.bytes(4096);
    private static final int BUDGET = 16 * CONTEXT_BYTES;

    private final DeflateFixture fixture =
            new DeflateFixture(DeflateSettings.defaults(), 20L * BUDGET + 20);
    private final Corpus corpus = new Corpus(1);
    private final List<ContextPeer> peers = new ArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
        peers.forEach(ContextPeer::close);
    }

    /** A connection whose peer checks all it gets. */
    private final class Connection {
        final WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_4K);
        final ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);

        Connection() {
            peers.add(peer);
        }

        /** True where it went compressed. */
        boolean send(int bytes) {
            byte[] message = corpus.json(bytes);
            int before = peer.compressedMessages();
            peer.read(wire.outgoing(OutboundFrame.binary(ByteBuffer.wrap(message))));
            assertThat(Arrays.equals(peer.take().get(0), message)).isTrue();
            return peer.compressedMessages() > before;
        }
    }

    private List<Connection> connections(int count) {
        List<Connection> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(new Connection());
        }
        return made;
    }

    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 500) {
            fixture.ticker.advance(Duration.ofMillis(Math.min(500, left)), fixture.wheel);
            fixture.executor.runAll();
        }
    }

    @Test
    void atTheBudgetNothingHappens() {
        connections(16).forEach(c -> c.send(5000));
        assertThat(fixture.node.contextBytes()).isEqualTo(BUDGET);
        assertThat(fixture.steps).isEmpty();
    }

    @Test
    void aboveItNewContextsAreNotMadeAndIdleOnesGo() {
        List<Connection> all = connections(20);
        all.forEach(c -> c.send(5000));
        assertThat(fixture.steps).containsExactly(BudgetStep.SHARED);
        assertThat(fixture.node.contextBytes()).as("one above").isEqualTo(BUDGET + CONTEXT_BYTES);
        assertThat(all.get(19).send(500)).as("still compressed, without context").isTrue();
        assertThat(fixture.node.contextBytes()).isEqualTo(BUDGET + CONTEXT_BYTES);
        assertThat(
                        fixture.node.negotiate(
                                List.of(DeflateFixture.OFFER),
                                DeflatePolicy.CONTEXT_4K,
                                fixture.payer("10.0.0.1")))
                .extracting(WireExtension::answer)
                .asString()
                .endsWith("; client_max_window_bits=9");

        pass(Duration.ofSeconds(4));
        all.subList(0, 10).forEach(c -> c.send(500));
        pass(Duration.ofSeconds(3));
        assertThat(fixture.steps).containsExactly(BudgetStep.SHARED, BudgetStep.CONTEXT);
        assertThat(fixture.node.contextBytes()).isBetween(10L * CONTEXT_BYTES, 14L * CONTEXT_BYTES);

        all.forEach(c -> assertThat(c.send(500)).isTrue());
    }

    @Test
    void aboveTwiceItNothingIsCompressedUntilItIsKeptAgain() {
        List<Connection> all = connections(10);
        all.forEach(c -> c.send(5000));
        fixture.node.budget().add(null, 2 * BUDGET);
        assertThat(fixture.steps).containsExactly(BudgetStep.OFF);
        assertThat(all.get(0).send(500)).isFalse();
        assertThat(
                        fixture.node.negotiate(
                                List.of(DeflateFixture.OFFER),
                                DeflatePolicy.CONTEXT_4K,
                                fixture.payer("10.0.0.1")))
                .isNull();

        fixture.executor.runAll();
        assertThat(fixture.node.contextBytes()).as("ours are gone").isEqualTo(2 * BUDGET);
        assertThat(fixture.steps).containsExactly(BudgetStep.OFF, BudgetStep.SHARED);
        assertThat(all.get(0).send(500)).isTrue();

        fixture.node.budget().add(null, -2 * BUDGET);
        assertThat(fixture.steps)
                .containsExactly(BudgetStep.OFF, BudgetStep.SHARED, BudgetStep.CONTEXT);
        all.forEach(c -> assertThat(c.send(5000)).isTrue());
        assertThat(fixture.node.contextBytes()).isEqualTo(10 * CONTEXT_BYTES);
    }

    @Test
    void itStepsBackOnlyAnEighthBelow() {
        fixture.node.budget().add(null, BUDGET + 2);
        fixture.node.budget().add(null, -2);
        fixture.node.budget().add(null, 2);
        fixture.node.budget().add(null, -BUDGET / 8);
        assertThat(fixture.steps).containsExactly(BudgetStep.SHARED);
        fixture.node.budget().add(null, -10);
        assertThat(fixture.steps).containsExactly(BudgetStep.SHARED, BudgetStep.CONTEXT);
        pass(Duration.ofSeconds(2));
        assertThat(fixture.steps).hasSize(2);
    }

    @Test
    void whatWasReceivedIsKeptAsThePeerMayReferToIt() throws Exception {
        WireExtension wire = fixture.open(DeflatePolicy.CONTEXT_32K);
        ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);
        peers.add(peer);
        byte[] first = corpus.json(30_000);
        wire.incoming(peer.compress(first), 1 << 16);
        fixture.node.budget().add(null, 3 * BUDGET);
        pass(Duration.ofSeconds(10));
        byte[] again = Arrays.copyOf(first, 20_000);
        assertThat(wire.incoming(peer.compress(again), 1 << 16)).isEqualTo(ByteBuffer.wrap(again));
        fixture.node.budget().add(null, -3 * BUDGET);
    }

    @Test
    void aChannelsDictionaryIsCountedOnceWhateverItsSubscribers() {
        List<Connection> all = connections(50);
        ChannelContext channel = fixture.node.newChannel();
        for (int i = 0; i < 20; i++) {
            OutboundFrame frame =
                    channel.share(OutboundFrame.binary(ByteBuffer.wrap(corpus.json(500))));
            all.forEach(c -> c.peer.read(c.wire.outgoing(frame)));
        }
        assertThat(fixture.node.contextBytes()).isEqualTo(4096 + 32);
        channel.close();
        assertThat(fixture.node.contextBytes()).isZero();
    }

    // The edges of the account. Each of these addresses keeps what it received.

    private static final class Sink {
        final RecordingWire wire;
        final WireExtension extension;
        final ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);

        Sink(DeflateFixture fixture, String address) {
            Payer payer = fixture.payer(address);
            wire = new RecordingWire(payer);
            extension =
                    Objects.requireNonNull(
                            fixture.node.negotiate(
                                    List.of(DeflateFixture.OFFER),
                                    DeflatePolicy.CONTEXT_4K,
                                    payer));
            extension.attach(wire);
        }

        void receive(byte[] message) throws ProtocolViolation {
            extension.incoming(peer.compress(message), 1 << 16);
        }

        boolean isEnded() {
            return !wire.failures().isEmpty();
        }
    }

    private DeflateFixture bounded(long mostBytes) {
        return new DeflateFixture(
                DeflateSettings.defaults(),
                20 * mostBytes,
                Map.of(Account.CONTEXTS, 2 * mostBytes));
    }

    @Test
    void anAddressBeyondItsShareLosesItsOwnContextsThenSessionsAndNoOther() throws Exception {
        long most = 64L * Receiver.bytes(4096);
        try (DeflateFixture edge = bounded(most / 2)) {
            List<Sink> others = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                others.add(new Sink(edge, "10.0.0.2"));
                others.get(i).receive(corpus.json(5_000));
            }
            List<Sink> own = new ArrayList<>();
            for (int i = 0; i < 17; i++) {
                own.add(new Sink(edge, "10.0.0.1"));
            }
            for (int i = 0; i < 17; i++) {
                own.get(i).receive(corpus.json(5_000));
                if (i < 4) {
                    OutboundFrame text = OutboundFrame.binary(ByteBuffer.wrap(corpus.json(5_000)));
                    own.get(i).extension.outgoing(text);
                }
            }
            edge.executor.runAll();
            assertThat(own.stream().filter(Sink::isEnded)).hasSizeBetween(1, 3);
            assertThat(own.stream().flatMap(sink -> sink.wire.failures().stream()))
                    .allMatch(failure -> failure.status().code() == 1013);
            assertThat(others).noneMatch(Sink::isEnded);
            assertThat(edge.payer("10.0.0.1").bytes(Account.CONTEXTS))
                    .isBetween(most / 4 * 3 / 4, most / 4);
            assertThat(
                            edge.node.negotiate(
                                    List.of(DeflateFixture.OFFER),
                                    DeflatePolicy.CONTEXT_4K,
                                    edge.payer("10.0.0.9")))
                    .extracting(WireExtension::answer)
                    .asString()
                    .endsWith("; client_max_window_bits=12");
            own.addAll(others);
            own.forEach(sink -> sink.extension.close());
            own.forEach(sink -> sink.peer.close());
            assertThat(edge.node.contextBytes()).isZero();
            assertThat(edge.payer("10.0.0.1").bytes(Account.CONTEXTS)).isZero();
        }
    }

    /** A client that offers no parameter may refer to all of 32 KiB, and is never ended for it. */
    @Test
    void whatCantBeHeldToLessIsPromisedOnlyWhereThereIsRoomForAllOfIt() throws Exception {
        int whole = Receiver.bytes(1 << 15);
        try (DeflateFixture edge = bounded(16L * whole)) {
            List<WireExtension> open = new ArrayList<>();
            List<ContextPeer> peers = new ArrayList<>();
            for (String address : List.of("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")) {
                for (int i = 0; i < 4; i++) {
                    open.add(edge.open(DeflatePolicy.CONTEXT_4K, "permessage-deflate", address));
                }
                assertThat(alone(edge, address)).as("half of its share").isNull();
            }
            assertThat(alone(edge, "10.0.0.5")).as("half of the account").isNull();
            assertThat(edge.open(DeflatePolicy.CONTEXT_4K)).isNotNull();
            for (WireExtension extension : open) {
                ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);
                peers.add(peer);
                for (int i = 0; i < 3; i++) {
                    extension.incoming(peer.compress(corpus.json(30_000)), 1 << 16);
                }
            }
            assertThat(edge.node.contextBytes()).isEqualTo(16L * whole);
            assertThat(edge.steps).isEmpty();
            open.get(0).close();
            open.get(0).close();
            assertThat(alone(edge, "10.0.0.1")).isNotNull();
            open.add(edge.open(DeflatePolicy.CONTEXT_4K, "permessage-deflate", "10.0.0.1"));
            assertThat(alone(edge, "10.0.0.1")).as("one was closed").isNull();
            open.forEach(WireExtension::close);
            peers.forEach(ContextPeer::close);
        }
    }

    private static WireExtension alone(DeflateFixture edge, String address) {
        return edge.node.negotiate(
                List.of("permessage-deflate"), DeflatePolicy.CONTEXT_4K, edge.payer(address));
    }

    @Test
    void anAddressAtItsShareNegotiatesNoContext() throws Exception {
        long most = 64L * Receiver.bytes(4096);
        try (DeflateFixture edge = bounded(most / 2)) {
            List<Sink> own = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                own.add(new Sink(edge, "10.0.0.1"));
                own.get(i).receive(corpus.json(5_000));
            }
            assertThat(own).noneMatch(Sink::isEnded);
            assertThat(new Sink(edge, "10.0.0.1").extension.answer())
                    .endsWith("; client_max_window_bits=9");
            own.forEach(sink -> sink.peer.close());
        }
    }

    @Test
    void fullItEndsThoseWhoseTextCannotBeGivenUp() throws Exception {
        long most = 64L * Receiver.bytes(4096);
        try (DeflateFixture edge = bounded(most / 2)) {
            List<Sink> all = new ArrayList<>();
            for (int i = 0; i < 70; i++) {
                all.add(new Sink(edge, "10.0.0." + i % 7));
            }
            for (Sink sink : all) {
                sink.receive(corpus.json(5_000));
                assertThat(edge.node.contextBytes()).isLessThanOrEqualTo(most);
            }
            edge.executor.runAll();
            assertThat(all.stream().filter(Sink::isEnded)).hasSizeBetween(6, 14);
            all.forEach(sink -> sink.extension.close());
            all.forEach(sink -> sink.peer.close());
            assertThat(edge.node.contextBytes()).isZero();
            assertThat(edge.ledger.book(Account.CONTEXTS).debtors()).isZero();
        }
    }
}
