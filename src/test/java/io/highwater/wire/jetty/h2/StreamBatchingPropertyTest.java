package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RawStreams;
import io.highwater.wire.OutboundFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever sizes are written, whatever windows are open and however they change: each stream gets
 * its bytes in their order, and never more than it allowed.
 */
@Timeout(120)
class StreamBatchingPropertyTest {
    private static final int STREAMS = 50;
    private static final int WRITERS = 2;
    private static final int WRITES = 10_000;
    private static final int FIRST_WINDOW = 65_535;

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 20_261_125})
    void bytesKeepTheirOrderWithinTheWindows(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (BatchedWires server = new BatchedWires();
                RawStreams client = server.connect()) {
            List<Integer> streams = server.open(client, STREAMS);
            List<Sender> senders = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                senders.add(new Sender(server.sockets.get(i), i));
            }
            List<CompletableFuture<Void>> writing = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                SplittableRandom own = random.split();
                List<Sender> mine = senders.subList(w * 25, w * 25 + 25);
                writing.add(
                        CompletableFuture.runAsync(() -> write(server.bursts, mine, own), writers));
            }
            Receiver receiver = new Receiver(client, streams, random);
            CompletableFuture<Void> written =
                    CompletableFuture.allOf(writing.toArray(CompletableFuture[]::new));
            while (!written.isDone()) {
                receiver.step();
            }
            written.join();
            long total = senders.stream().mapToLong(sender -> sender.sent.size()).sum();
            while (receiver.received < total) {
                receiver.step();
            }
            for (int i = 0; i < STREAMS; i++) {
                assertThat(receiver.bytes.get(i).toByteArray())
                        .as("stream %s, seed %s", streams.get(i), seed)
                        .isEqualTo(senders.get(i).sent.toByteArray());
            }
        } finally {
            writers.shutdownNow();
        }
    }

    private static void write(StreamBursts bursts, List<Sender> senders, SplittableRandom random) {
        int writes = 0;
        while (writes < WRITES / WRITERS) {
            int count = random.nextInt(1, 40);
            Runnable some =
                    () -> {
                        for (int i = 0; i < count; i++) {
                            Sender sender = senders.get(random.nextInt(senders.size()));
                            sender.send(size(random));
                        }
                    };
            if (random.nextBoolean()) {
                bursts.run(some);
            } else {
                some.run();
            }
            writes += count;
        }
    }

    private static int size(SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> random.nextInt(40_000);
            case 1, 2, 3 -> random.nextInt(4_000);
            default -> random.nextInt(200);
        };
    }

    /** A queue before a wire. Its lock is not held while the wire is called. */
    private static final class Sender {
        private final BatchedWires.Socket socket;
        private final int number;

        /** Guarded by this, as is all below. */
        private final Queue<OutboundFrame> queue = new ArrayDeque<>();

        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private boolean busy;
        private int count;

        Sender(BatchedWires.Socket socket, int number) {
            this.socket = socket;
            this.number = number;
            socket.onWritable = () -> drain(true);
        }

        void send(int size) {
            synchronized (this) {
                ByteBuffer payload = ByteBuffer.allocate(size + 8);
                payload.putInt(0, number).putInt(4, count++);
                OutboundFrame frame = OutboundFrame.binary(payload);
                ByteBuffer bytes = ByteBuffer.allocate(frame.bytes());
                frame.copyTo(bytes);
                sent.writeBytes(bytes.array());
                queue.add(frame);
            }
            drain(false);
        }

        private void drain(boolean writable) {
            synchronized (this) {
                if (busy && !writable) {
                    return;
                }
                busy = true;
            }
            while (true) {
                OutboundFrame next;
                synchronized (this) {
                    next = queue.poll();
                    busy = next != null;
                }
                if (next == null || !socket.write(next)) {
                    return;
                }
            }
        }
    }

    /** Reads, checks the windows and widens them now and then. Confined to the test's thread. */
    private static final class Receiver {
        private final RawStreams client;
        private final List<Integer> streams;
        private final SplittableRandom random;
        private final long[] windows = new long[STREAMS];
        private final List<ByteArrayOutputStream> bytes = new ArrayList<>();
        private long connectionWindow = FIRST_WINDOW;
        private long received;

        Receiver(RawStreams client, List<Integer> streams, SplittableRandom random) {
            this.client = client;
            this.streams = streams;
            this.random = random;
            for (int i = 0; i < STREAMS; i++) {
                windows[i] = FIRST_WINDOW;
                bytes.add(new ByteArrayOutputStream());
            }
        }

        void step() throws IOException {
            if (random.nextInt(3) == 0) {
                widen(random.nextInt(STREAMS), random.nextInt(1, 30_000));
            }
            if (random.nextInt(8) == 0) {
                widenConnection(random.nextInt(1, 60_000));
            }
            while (client.available() > 0) {
                client.read();
            }
            for (int i = 0; i < STREAMS; i++) {
                take(i);
            }
        }

        private void take(int i) throws IOException {
            while (client.waiting(streams.get(i)) > 0) {
                byte[] payload = client.next(streams.get(i)).payload();
                bytes.get(i).writeBytes(payload);
                received += payload.length;
                windows[i] -= payload.length;
                connectionWindow -= payload.length;
                assertThat(windows[i]).isNotNegative();
                assertThat(connectionWindow).isNotNegative();
            }
        }

        private void widen(int i, int delta) throws IOException {
            if (windows[i] < 200_000) {
                windows[i] += delta;
                client.widen(streams.get(i), delta);
            }
        }

        private void widenConnection(int delta) throws IOException {
            if (connectionWindow < 1_000_000) {
                connectionWindow += delta;
                client.widen(0, delta);
            }
        }
    }
}
