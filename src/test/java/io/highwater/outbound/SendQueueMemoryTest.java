package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.highwater.testing.BareWire;
import io.highwater.testing.Unbounded;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SendQueueMemoryTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final SendQueues route =
            new SendQueues(
                    OutboundSettings.defaults(),
                    Unbounded.outbound(
                            new TimerWheel(0),
                            Ticker.system(),
                            new NonEmptyQueues(),
                            OutboundObserver.NONE,
                            Duration.ofSeconds(10)));

    @Test
    void anOfferOnAnIdleWireAllocatesNothing() {
        TakingWire wire = new TakingWire();
        SendQueue queue = route.open(wire, SendQueueListener.NONE);
        OutboundFrame frame = OutboundFrame.text("hello");
        // The JVM's own doings, such as code that is being compiled, may show once and not always.
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            offer(queue, frame, 10_000);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(wire.writes).isEqualTo(100_000);
        assertThat(least).isZero();
    }

    @Test
    void aTurnOnAnIdleWireAllocatesNothing() {
        TakingWire wire = new TakingWire();
        SendQueue queue = route.open(wire, SendQueueListener.NONE);
        TestSeries series = new TestSeries("a", 50);
        OutboundTurn<Long> turn = series.turn("x", "y", "z");
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            offer(queue, turn, series, 10_000);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(wire.writes).isEqualTo(100_000);
        assertThat(least).isZero();
    }

    private static void offer(
            SendQueue queue, OutboundTurn<Long> turn, TestSeries series, int times) {
        for (int i = 0; i < times; i++) {
            queue.offer(turn, series);
        }
    }

    private static void offer(SendQueue queue, OutboundFrame frame, int times) {
        for (int i = 0; i < times; i++) {
            queue.offer(frame);
        }
    }

    /** Five references, a count and a header: 32 bytes with compact headers. */
    @Test
    void anIdleQueueIsOneObjectOfSixFields() throws IllegalAccessException {
        SendQueue queue = route.open(new TakingWire(), SendQueueListener.NONE);
        queue.offer(OutboundFrame.text("hello"));
        List<String> set = new ArrayList<>();
        for (Class<?> type = queue.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    set.add(field.getName() + (field.get(queue) == null ? " null" : ""));
                }
            }
        }
        assertThat(set)
                .containsExactlyInAnyOrder(
                        "wire", "listener", "route", "state", "contents null", "lostMessages");
    }

    @Test
    void aQueueThatWasFullHoldsNothingWhenItIsEmptyAgain() throws ReflectiveOperationException {
        QueueFixture fixture =
                new QueueFixture(OverflowPolicy.PAUSE, new WaterMarks(10, 1000, 0, 0));
        fixture.wire.fill();
        for (int i = 0; i < 15; i++) {
            fixture.queue.offer(OutboundFrame.text("x"));
        }
        Field contents = SendQueue.class.getDeclaredField("contents");
        contents.setAccessible(true);
        assertThat(contents.get(fixture.queue)).isNotNull();
        fixture.read();
        assertThat(fixture.events).containsExactly("above", "below");
        assertThat(contents.get(fixture.queue)).isNull();
    }

    /** Takes everything and keeps nothing. Confined to its test. */
    private static final class TakingWire extends BareWire {
        private int writes;

        @Override
        public boolean write(OutboundFrame frame) {
            writes++;
            return true;
        }
    }
}
