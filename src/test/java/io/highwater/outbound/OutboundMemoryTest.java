package io.highwater.outbound;

import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.testing.AccountedQueues;
import io.highwater.testing.BareWire;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is charged for messages that wait is what they keep of the heap. */
final class OutboundMemoryTest {
    private static final int QUEUES = 300;

    private final Ledger ledger = Ledger.unbounded();
    private final Payer payer = ledger.payers().of(InetAddress.getLoopbackAddress());
    private final AccountedQueues node =
            new AccountedQueues(ledger, new TimerWheel(0), Ticker.system());

    private List<SendQueue> open(OverflowPolicy policy, int count) {
        SendQueues route = node.under(policy);
        List<SendQueue> queues = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queues.add(route.open(new FullWire(payer), SendQueueListener.NONE));
        }
        return queues;
    }

    /** What each of many keeps, after one has loaded the classes. */
    private void check(OverflowPolicy policy, Filler filler) throws Exception {
        List<SendQueue> warm = open(policy, 1);
        filler.fill(warm.get(0));
        List<SendQueue> queues = open(policy, QUEUES);
        node.heap.check(QUEUES, () -> queues.forEach(filler::fill));
        queues.forEach(SendQueue::onClosed);
        warm.forEach(SendQueue::onClosed);
    }

    @FunctionalInterface
    private interface Filler {
        void fill(SendQueue queue);
    }

    private static Filler messages(int count, int bytes) {
        return queue -> {
            for (int i = 0; i < count; i++) {
                queue.offer(OutboundFrame.binary(ByteBuffer.allocate(bytes)));
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void manySmallMessages(OverflowPolicy policy) throws Exception {
        check(policy, messages(90, 20));
    }

    @ParameterizedTest
    @EnumSource
    void someMessages(OverflowPolicy policy) throws Exception {
        check(policy, messages(15, 300));
    }

    @ParameterizedTest
    @EnumSource
    void fewLargeMessages(OverflowPolicy policy) throws Exception {
        check(policy, messages(4, 20_000));
    }

    /** A notice that is to be told is kept, and its positions belong to messages of the ring. */
    @Test
    void messagesOfAKeyThatComesAgain() throws Exception {
        List<OutboundTurn<Long>> turns = new ArrayList<>();
        for (long i = 0; i < 180; i++) {
            // Every other message is out of date when the next but one comes.
            turns.add(turn(i, i % 2 == 0 ? "again" : "key" + i));
        }
        TestSeries series = new TestSeries("a", 100);
        check(OverflowPolicy.LATEST, queue -> turns.forEach(turn -> queue.offer(turn, series)));
    }

    private static OutboundTurn<Long> turn(long position, String key) {
        OutboundFrame frame = OutboundFrame.text("message " + position).broadcast();
        return OutboundTurn.of(List.of(new TurnMessage<>(frame, key, position)), 1);
    }

    /** Each queue has places, and the frames belong to all. */
    @ParameterizedTest
    @EnumSource
    void framesThatAllAreSent(OverflowPolicy policy) throws Exception {
        check(policy, shared(i -> OutboundFrame.binary(ByteBuffer.allocate(200)).broadcast()));
    }

    private static Filler shared(IntFunction<OutboundFrame> frames) {
        List<OutboundFrame> all = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            all.add(frames.apply(i));
        }
        return queue -> all.forEach(queue::offer);
    }

    /** One large frame for all, and hardly anything else. */
    @Test
    void oneLargeFrameThatAllAreSent() throws Exception {
        List<SendQueue> queues = open(OverflowPolicy.EVICT, QUEUES);
        node.heap.check(
                QUEUES,
                () -> {
                    OutboundFrame frame =
                            OutboundFrame.binary(ByteBuffer.allocate(4 << 20)).broadcast();
                    queues.forEach(queue -> queue.offer(frame));
                });
        queues.forEach(SendQueue::onClosed);
    }

    /** What is joined for a write that gets stuck is a copy. */
    @Test
    void aWriteOfSeveralThatIsStuck() throws Exception {
        check(
                OverflowPolicy.EVICT,
                queue -> {
                    messages(60, 500).fill(queue);
                    queue.onWritable();
                });
    }

    /** Takes nothing and keeps nothing of its own. */
    private static final class FullWire extends BareWire {
        private @Nullable OutboundFrame held;

        FullWire(Payer payer) {
            super(payer);
        }

        @Override
        public boolean write(OutboundFrame frame) {
            held = frame;
            return held == null;
        }
    }
}
