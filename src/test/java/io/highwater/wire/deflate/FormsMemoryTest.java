package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Book;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SendQueues;
import io.highwater.testing.AccountedQueues;
import io.highwater.testing.RecordingWire;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one subscriber that is fast has made of messages that slow ones keep is charged, too. */
final class FormsMemoryTest {
    private static final int CHANNELS = 200;
    private static final int MESSAGES = 40;

    private final DeflateFixture fixture = new DeflateFixture();
    private final Corpus corpus = new Corpus(1);
    private final AccountedQueues queues =
            new AccountedQueues(fixture.ledger, fixture.wheel, fixture.ticker);
    private final Book outbound = queues.outbound;
    private final SendQueues route = queues.under(OverflowPolicy.EVICT);

    @AfterEach
    void close() {
        fixture.close();
    }

    private final class Room {
        private final ChannelContext channel = fixture.node.newChannel();
        private final WireExtension fast = fixture.open(DeflatePolicy.CONTEXT_4K);
        private final RecordingWire full = new RecordingWire(fixture.payer("10.0.0.2"));
        private final SendQueue slow = route.open(full, SendQueueListener.NONE);

        Room() {
            full.fill();
        }

        OutboundFrame message(int bytes) {
            return channel.share(OutboundFrame.binary(ByteBuffer.wrap(corpus.json(bytes))));
        }

        void send(int bytes) {
            OutboundFrame frame = message(bytes);
            slow.offer(frame);
            fast.outgoing(frame);
        }

        void sendTurn(int messages) {
            List<OutboundFrame> parts = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                parts.add(message(120));
            }
            OutboundFrame turn = OutboundFrame.join(parts);
            fast.outgoing(turn);
            slow.offer(turn);
        }
    }

    private List<Room> rooms() {
        List<Room> rooms = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            rooms.add(new Room());
        }
        return rooms;
    }

    private void check(java.util.function.Consumer<Room> use) throws Exception {
        use.accept(new Room());
        List<Room> rooms = rooms();
        long before = outbound.bytes();

        queues.heap.check(CHANNELS, () -> rooms.forEach(use));

        assertThat(outbound.bytes()).isGreaterThan(before);
        rooms.forEach(room -> room.slow.onClosed());
    }

    @Test
    void formsOfSmallMessages() throws Exception {
        check(
                room -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        room.send(120);
                    }
                });
    }

    @Test
    void formsOfLargerMessages() throws Exception {
        check(
                room -> {
                    for (int i = 0; i < 10; i++) {
                        room.send(3_000);
                    }
                });
    }

    @Test
    void aTurnThatIsStuckKeepsItsMessages() throws Exception {
        check(room -> room.sendTurn(MESSAGES));
    }

    /** However those who keep it and those who make something of it come and go. */
    @Test
    void whatWasMadeIsGivenBackWithTheFrame() {
        Room room = new Room();
        OutboundFrame frame = room.message(500);
        long before = outbound.bytes();

        room.slow.offer(frame);
        room.fast.outgoing(frame);
        long whileKept = outbound.bytes();
        room.slow.onClosed();
        assertThat(outbound.bytes()).isEqualTo(before);

        Room other = new Room();
        other.slow.offer(frame);
        assertThat(outbound.bytes()).as("what was made before").isEqualTo(whileKept);
        other.slow.onClosed();
        assertThat(outbound.bytes()).isEqualTo(before);
    }
}
