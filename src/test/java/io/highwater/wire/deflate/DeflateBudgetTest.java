package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DeflateBudgetTest {
    private static final int CONTEXT_BYTES = OwnHistory.bytes(4096);
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
                .contains("server_no_context_takeover; client_no_context_takeover");

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
    void aChannelsTailIsCountedOnceWhateverItsSubscribers() {
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
}
