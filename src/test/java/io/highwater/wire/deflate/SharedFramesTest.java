package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who shares which bytes. That all can be read is {@link SharedFramesPropertyTest}'s. */
final class SharedFramesTest {
    private final DeflateFixture fixture = new DeflateFixture();
    private final Corpus corpus = new Corpus(1);
    private final ChannelContext channel = fixture.node.newChannel();

    @AfterEach
    void close() {
        fixture.close();
    }

    private OutboundFrame message() {
        return OutboundFrame.binary(ByteBuffer.wrap(corpus.json(500)));
    }

    private WireExtension wire() {
        return fixture.open(DeflatePolicy.CONTEXT_4K);
    }

    @Test
    void subscribersWithTheChannelsDictionaryShareTheChainedFrame() {
        WireExtension one = wire();
        WireExtension other = wire();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            OutboundFrame frame = channel.share(message());
            OutboundFrame sent = one.outgoing(frame);
            assertThat(other.outgoing(frame)).isSameAs(sent);
            sizes.add(sent.bytes());
        }
        assertThat(sizes.get(19)).as("against the first").isLessThan(sizes.get(0) * 2 / 3);
    }

    @Test
    void whoGotSomethingElseGetsTheFreshFrameUntilTheDictionaryIsTheirsAgain() {
        WireExtension faithful = wire();
        WireExtension other = wire();
        for (int i = 0; i < 10; i++) {
            OutboundFrame frame = channel.share(message());
            faithful.outgoing(frame);
            other.outgoing(frame);
        }
        other.outgoing(message());
        int fresh = 0;
        OutboundFrame freshFrame = null;
        for (int i = 0; i < 20; i++) {
            OutboundFrame frame = channel.share(message());
            OutboundFrame sent = other.outgoing(frame);
            if (sent != faithful.outgoing(frame)) {
                fresh++;
                freshFrame = sent;
                assertThat(fixture.open(DeflatePolicy.SHARED).outgoing(frame)).isSameAs(sent);
            }
        }
        assertThat(fresh).as("messages of 500 bytes until 4 KB are covered").isEqualTo(9);
        assertThat(freshFrame).isNotNull();
    }

    @Test
    void aTurnIsOneSharedWriteInEachForm() {
        WireExtension one = wire();
        WireExtension other = wire();
        WireExtension late = wire();
        late.outgoing(message());
        for (int i = 0; i < 3; i++) {
            List<OutboundFrame> parts =
                    List.of(channel.share(message()), message().secret(), channel.share(message()));
            OutboundFrame turn = OutboundFrame.join(parts);
            OutboundFrame sent = one.outgoing(turn);
            assertThat(other.outgoing(turn)).isSameAs(sent);
            if (i > 0) {
                assertThat(late.outgoing(turn)).isNotSameAs(sent);
            }
        }
    }

    @Test
    void aBroadcastIsCompressedOnce() {
        OutboundFrame frame = message().broadcast();
        OutboundFrame sent = wire().outgoing(frame);
        assertThat(sent.bytes()).isLessThan(frame.bytes());
        WireExtension busy = wire();
        busy.outgoing(message());
        assertThat(busy.outgoing(frame)).isSameAs(sent);
        assertThat(fixture.open(DeflatePolicy.SHARED).outgoing(frame)).isSameAs(sent);
    }

    /**
     * Dictionaries of channels belong to nobody: those of many channels are not to end what others
     * have.
     */
    @Test
    void channelsTakeNoMoreThanThereIsForThem() {
        DeflateFixture small = new DeflateFixture(DeflateSettings.defaults(), 1 << 20);
        WireExtension wire = small.open(DeflatePolicy.CONTEXT_4K);
        Book contexts = small.ledger.book(Account.CONTEXTS);
        while (small.steps.isEmpty()) {
            wire.outgoing(small.node.newChannel().share(message()));
        }
        assertThat(small.steps).containsExactly(BudgetStep.SHARED);
        long full = contexts.bytes();

        for (int i = 0; i < 1_000; i++) {
            OutboundFrame frame = small.node.newChannel().share(message());
            assertThat(wire.outgoing(frame).bytes()).isLessThan(frame.bytes());
        }

        assertThat(contexts.bytes()).isLessThanOrEqualTo(full);
        assertThat(small.steps).doesNotContain(BudgetStep.OFF);
        small.close();
    }

    @Test
    void subscribersCostNoContextOfTheirOwn() {
        List<WireExtension> wires = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            wires.add(wire());
        }
        for (int i = 0; i < 30; i++) {
            OutboundFrame frame = channel.share(message());
            wires.forEach(wire -> wire.outgoing(frame));
        }
        assertThat(fixture.node.contextBytes()).isEqualTo(SharedDictionary.MAX_BYTES + 32);
    }

    @Test
    void whatNobodyReadsCompressedCostsNothing() {
        for (int i = 0; i < 10; i++) {
            channel.share(message());
        }
        assertThat(fixture.node.contextBytes()).isZero();
        assertThat(fixture.sentPlain).isZero();
    }
}
