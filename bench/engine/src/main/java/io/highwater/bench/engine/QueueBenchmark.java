package io.highwater.bench.engine;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.OutboundObserver;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SendQueues;
import io.highwater.outbound.TurnMessage;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The queue and the fan-out turn, time a message: offered to an idle wire, to a full one that then
 * drains, and as a turn of four messages to a thousand sessions.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class QueueBenchmark {
    private static final int BYTES = 128;
    private static final int QUEUED = 50;
    private static final int SESSIONS = 1_000;
    private static final int MESSAGES = 4;

    private final SendQueues queues =
            new SendQueues(
                    OutboundSettings.defaults(),
                    new OutboundNode(
                            new TimerWheel(Ticker.system().nanoTime()),
                            Ticker.system(),
                            new NonEmptyQueues(),
                            Ledger.unbounded().book(Account.OUTBOUND),
                            Runnable::run,
                            OutboundObserver.NONE,
                            Duration.ofSeconds(10),
                            LogLimit.none()));
    private final OutboundFrame frame = OutboundFrame.text(ByteBuffer.allocate(BYTES));
    private final OutboundTurn<Integer> turn =
            OutboundTurn.of(
                    IntStream.range(0, MESSAGES)
                            .mapToObj(i -> new TurnMessage<>(frame, null, i))
                            .toList(),
                    0);
    private final MemoryWire idle = new MemoryWire();
    private final MemoryWire slow = new MemoryWire();
    private SendQueue toIdle = open(idle);
    private SendQueue toSlow = open(slow);
    private List<SendQueue> room = List.of();

    private SendQueue open(MemoryWire wire) {
        return queues.open(wire, SendQueueListener.NONE);
    }

    @Setup
    public void prepare() {
        toIdle = open(idle);
        toSlow = open(slow);
        room = Stream.generate(() -> open(new MemoryWire())).limit(SESSIONS).toList();
    }

    @Benchmark
    public long offerToAnIdleWire() {
        toIdle.offer(frame);
        return idle.written();
    }

    @Benchmark
    @OperationsPerInvocation(QUEUED)
    public long offerToAFullWireAndDrain() {
        slow.full(true);
        for (int i = 0; i < QUEUED; i++) {
            toSlow.offer(frame);
        }
        slow.full(false);
        toSlow.onWritable();
        return slow.written();
    }

    @Benchmark
    @OperationsPerInvocation(SESSIONS * MESSAGES)
    public void turnToAThousandSessions() {
        for (SendQueue queue : room) {
            queue.offer(turn);
        }
    }
}
