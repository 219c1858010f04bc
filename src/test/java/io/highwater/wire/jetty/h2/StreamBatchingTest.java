package io.highwater.wire.jetty.h2;

import static io.highwater.testing.RawStreams.DATA;
import static io.highwater.testing.RawStreams.END_STREAM;
import static io.highwater.testing.RawStreams.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.RawStreams;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several WebSockets of one HTTP/2 connection write (RFC 9113 sections 5.2 and 6.9). */
@Timeout(60)
class StreamBatchingTest {
    private static final int MAX_FRAME = 16_384;

    /** With its header of two bytes. */
    private static final int MESSAGE = 102;

    private BatchedWires server;
    private RawStreams client;

    @BeforeEach
    void start() throws Exception {
        server = new BatchedWires();
        client = server.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private static OutboundFrame message(int payload) {
        byte[] bytes = new byte[payload];
        Arrays.fill(bytes, (byte) payload);
        return OutboundFrame.binary(ByteBuffer.wrap(bytes));
    }

    private static byte[] bytes(OutboundFrame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(frame.bytes());
        frame.copyTo(bytes);
        return bytes.array();
    }

    private void writeToAll(OutboundFrame frame) {
        server.sockets.forEach(socket -> socket.write(frame));
    }

    /** Reads DATA of the stream until there are so many bytes. */
    private byte[] receive(int stream, int bytes) throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        while (received.size() < bytes) {
            received.writeBytes(client.next(stream, DATA).payload());
        }
        return received.toByteArray();
    }

    /** Whatever the server had to write before this is read afterwards. */
    private void settle() throws IOException {
        // Twice, as the flusher may have the first answer before what a window now allows.
        client.open("/t");
        client.open("/t");
    }

    @Test
    void aBurstOverAHundredStreamsIsOneWrite() throws Exception {
        List<Integer> streams = server.open(client, 100);
        OutboundFrame frame = message(100);
        int before = server.tcpWrites.get();
        server.bursts.run(
                () -> {
                    for (BatchedWires.Socket socket : server.sockets) {
                        assertThat(socket.write(frame)).isTrue();
                    }
                    assertThat(server.tcpWrites.get()).isEqualTo(before);
                });
        for (int stream : streams) {
            assertThat(receive(stream, MESSAGE)).isEqualTo(bytes(frame));
        }
        assertThat(server.tcpWrites.get() - before).isEqualTo(1);
    }

    /** A batcher that is none throws when it is told to send. */
    @Test
    void aConnectionThatThrowsAtTheEndOfABurstHoldsUpNoOther() throws Exception {
        List<Integer> streams = server.open(client, 2);
        OutboundFrame frame = message(100);
        for (int i = 0; i < 2; i++) {
            server.bursts.run(
                    () -> {
                        server.bursts.current().touch(null);
                        writeToAll(frame);
                    });
            for (int stream : streams) {
                assertThat(receive(stream, MESSAGE)).isEqualTo(bytes(frame));
            }
        }
    }

    @Test
    void pingsOfABurstShareAWrite() throws Exception {
        List<Integer> streams = server.open(client, 100);
        int before = server.tcpWrites.get();
        server.bursts.run(
                () ->
                        server.sockets.forEach(
                                socket ->
                                        socket.wire.control(
                                                Wire.Control.KEEPALIVE_PING,
                                                ByteBuffer.allocate(8))));
        for (int stream : streams) {
            assertThat(receive(stream, 10)[0]).isEqualTo((byte) 0x89);
        }
        assertThat(server.tcpWrites.get() - before).isEqualTo(1);
    }

    @Test
    void outsideOfABurstAMessageWaitsForNothing() throws Exception {
        List<Integer> streams = server.open(client, 2);
        int before = server.tcpWrites.get();
        assertThat(server.sockets.get(0).write(message(100))).isTrue();
        receive(streams.get(0), MESSAGE);
        assertThat(server.tcpWrites.get() - before).isEqualTo(1);
        assertThat(server.sockets.get(1).write(message(100))).isTrue();
        receive(streams.get(1), MESSAGE);
        assertThat(server.tcpWrites.get() - before).isEqualTo(2);
    }

    @Test
    void whatABatchCannotHoldLeavesBeforeTheBurstEnds() throws Exception {
        client.widen(0, 1 << 20);
        List<Integer> streams = server.open(client, 100);
        OutboundFrame frame = message(1000);
        int before = server.tcpWrites.get();
        server.bursts.begin();
        writeToAll(frame);
        // 101,300 bytes in batches of 32 KiB: all but the last have gone.
        for (int stream : streams.subList(0, 60)) {
            assertThat(receive(stream, frame.bytes())).isEqualTo(bytes(frame));
        }
        server.bursts.end();
        for (int stream : streams.subList(60, 100)) {
            assertThat(receive(stream, frame.bytes())).isEqualTo(bytes(frame));
        }
        // Four batches; those that are full while the flusher writes share its next write.
        assertThat(server.tcpWrites.get() - before).isBetween(2, 8);
    }

    @Test
    void aBurstHoldsNoMoreThanSoManyConnectionsUp() throws Exception {
        OutboundFrame frame = message(100);
        int first = server.open(client, 1).get(0);
        try (RawStreams second = server.connect();
                RawStreams third = server.connect()) {
            server.open(second, 1);
            server.open(third, 1);
            server.bursts.begin();
            server.sockets.get(0).write(frame);
            server.sockets.get(1).write(frame);
            settle();
            assertThat(client.waiting(first)).isZero();
            server.sockets.get(2).write(frame);
            assertThat(receive(first, MESSAGE)).isEqualTo(bytes(frame));
            server.bursts.end();
        }
    }

    @Test
    void framesAreNoLargerThanAnyPeerMustAllow() throws Exception {
        client.widen(0, 1 << 20);
        int stream = server.open(client, 1).get(0);
        client.widen(stream, 1 << 20);
        settle();
        OutboundFrame large = message(200_000);
        server.sockets.get(0).write(large);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        while (received.size() < large.bytes()) {
            byte[] payload = client.next(stream, DATA).payload();
            assertThat(payload.length).isBetween(1, MAX_FRAME);
            received.writeBytes(payload);
        }
        assertThat(received.toByteArray()).isEqualTo(bytes(large));
    }

    @Test
    void aStreamGetsWhatItsWindowAllowsAndItsSiblingsAllAtOnce() throws Exception {
        List<Integer> streams = server.open(client, 10);
        client.initialWindow(10);
        for (int stream : streams.subList(1, 10)) {
            client.widen(stream, 1000);
        }
        settle();
        BatchedWires.Socket narrow = server.sockets.get(0);
        OutboundFrame frame = message(100);
        int before = server.tcpWrites.get();
        server.bursts.run(
                () -> {
                    assertThat(narrow.write(frame)).isFalse();
                    for (BatchedWires.Socket sibling : server.sockets.subList(1, 10)) {
                        assertThat(sibling.write(frame)).isTrue();
                    }
                });
        for (int stream : streams.subList(1, 10)) {
            assertThat(receive(stream, MESSAGE)).isEqualTo(bytes(frame));
        }
        int stream = streams.get(0);
        assertThat(client.next(stream).payload()).hasSize(10);
        assertThat(server.tcpWrites.get() - before).isEqualTo(1);
        client.widen(stream, 20);
        assertThat(client.next(stream).payload()).hasSize(20);
        settle();
        assertThat(client.waiting(stream)).isZero();
        assertThat(narrow.writables).hasValue(0);
        client.widen(stream, 1000);
        assertThat(client.next(stream).payload()).hasSize(MESSAGE - 30);
        await().untilAsserted(() -> assertThat(narrow.writables).hasValue(1));
    }

    @Test
    void allWaitForTheWindowOfTheConnectionAndGoOn() throws Exception {
        List<Integer> streams = server.open(client, 20);
        OutboundFrame frame = message(5000);
        server.bursts.run(() -> writeToAll(frame));
        settle();
        int first = 65_535;
        int received = 0;
        for (int stream : streams) {
            received += drain(stream);
        }
        assertThat(received).isEqualTo(first);
        int all = 20 * frame.bytes();
        client.widen(0, 1);
        settle();
        int more = 0;
        for (int stream : streams) {
            more += drain(stream);
        }
        assertThat(more).isEqualTo(1);
        client.widen(0, 1 << 20);
        while (received + more < all) {
            client.read();
            for (int stream : streams) {
                more += drain(stream);
            }
        }
        assertThat(received + more).isEqualTo(all);
        server.bursts.run(() -> writeToAll(message(1)));
        for (int stream : streams) {
            assertThat(client.next(stream, DATA).payload()).hasSize(3);
        }
    }

    private int drain(int stream) throws IOException {
        int bytes = 0;
        while (client.waiting(stream) > 0) {
            bytes += client.next(stream).payload().length;
        }
        return bytes;
    }

    @Test
    void aWindowThatShrinksInTheMiddleOfABurstIsKept() throws Exception {
        List<Integer> streams = server.open(client, 3);
        OutboundFrame frame = message(100);
        server.bursts.begin();
        writeToAll(frame);
        client.initialWindow(0);
        client.widen(streams.get(1), 40);
        settle();
        server.bursts.end();
        writeToAll(frame);
        assertThat(client.next(streams.get(1)).payload()).hasSize(40);
        settle();
        for (int stream : streams) {
            assertThat(client.waiting(stream)).isZero();
        }
        client.widen(streams.get(0), 1000);
        client.widen(streams.get(1), MESSAGE - 40 + 5);
        assertThat(receive(streams.get(0), 2 * MESSAGE))
                .startsWith(bytes(frame))
                .endsWith(bytes(frame));
        assertThat(receive(streams.get(1), MESSAGE - 40 + 5)).hasSize(MESSAGE - 40 + 5);
        settle();
        assertThat(client.waiting(streams.get(1))).isZero();
        client.initialWindow(1000);
        assertThat(receive(streams.get(1), MESSAGE - 5)).hasSize(MESSAGE - 5);
        assertThat(receive(streams.get(2), 2 * MESSAGE)).hasSize(2 * MESSAGE);
    }

    @Test
    void aPlainAnswerThatUsesTheConnectionsWindowUpHoldsTheBatch() throws Exception {
        List<Integer> streams = server.open(client, 3);
        OutboundFrame frame = message(100);
        server.bursts.begin();
        writeToAll(frame);
        int page = client.get("/page");
        client.widen(page, 1 << 20);
        client.next(page, RawStreams.HEADERS);
        int left = BatchedWires.PAGE_BYTES - receive(page, 65_535).length;
        server.bursts.end();
        settle();
        for (int stream : streams) {
            assertThat(client.waiting(stream)).isZero();
        }
        // The page's rest waits, too, and may go first.
        client.widen(0, left + MESSAGE + 10);
        receive(page, left);
        assertThat(client.next(streams.get(0)).payload()).isEqualTo(bytes(frame));
        assertThat(client.next(streams.get(1)).payload()).hasSize(10);
        settle();
        assertThat(client.waiting(streams.get(1)) + client.waiting(streams.get(2))).isZero();
        client.widen(0, 1000);
        assertThat(client.next(streams.get(1)).payload()).hasSize(MESSAGE - 10);
        assertThat(client.next(streams.get(2)).payload()).isEqualTo(bytes(frame));
    }

    @Test
    void aStreamThatIsResetInTheMiddleOfABurstGetsNothingMore() throws Exception {
        List<Integer> streams = server.open(client, 10);
        OutboundFrame frame = message(100);
        server.bursts.begin();
        writeToAll(frame);
        client.write(RST_STREAM, 0, streams.get(4), new byte[] {0, 0, 0, 8});
        server.sockets.get(4).awaitClosed();
        server.sockets.get(7).wire.abort();
        client.next(streams.get(7), RST_STREAM);
        int before = server.tcpWrites.get();
        server.bursts.end();
        for (int i = 0; i < 10; i++) {
            if (i != 4 && i != 7) {
                assertThat(client.next(streams.get(i)).payload()).isEqualTo(bytes(frame));
            }
        }
        assertThat(server.tcpWrites.get() - before).isEqualTo(1);
        settle();
        assertThat(client.waiting(streams.get(4))).isZero();
        assertThat(client.waiting(streams.get(7))).isZero();
    }

    @Test
    void aStreamThatIsResetWhileItWaitsIsOver() throws Exception {
        List<Integer> streams = server.open(client, 2);
        client.initialWindow(0);
        assertThat(server.sockets.get(0).write(message(100))).isFalse();
        client.write(RST_STREAM, 0, streams.get(0), new byte[] {0, 0, 0, 8});
        server.sockets.get(0).awaitClosed();
        assertThat(server.sockets.get(0).writables).hasValue(0);
        client.initialWindow(1000);
        assertThat(server.sockets.get(1).write(message(100))).isTrue();
        assertThat(client.next(streams.get(1)).payload()).hasSize(MESSAGE);
    }

    @Test
    void aConnectionThatIsLostInTheMiddleOfABurstEndsAllItsSockets() throws Exception {
        List<Integer> streams = server.open(client, 10);
        client.initialWindow(0);
        client.widen(streams.get(0), 1000);
        client.widen(streams.get(1), 50);
        settle();
        server.bursts.begin();
        writeToAll(message(100));
        client.close();
        // The one that settling opened may be lost in the middle of its upgrade: no end, then.
        for (BatchedWires.Socket socket : server.sockets.subList(0, 10)) {
            socket.awaitClosed();
        }
        writeToAll(message(100));
        server.bursts.end();
        assertThat(server.sockets.get(1).writables).hasValue(0);
    }

    @Test
    void theEndOfAStreamFollowsItsLastByte() throws Exception {
        int stream = server.open(client, 1).get(0);
        client.initialWindow(0);
        OutboundFrame frame = message(100);
        BatchedWires.Socket socket = server.sockets.get(0);
        assertThat(socket.write(frame)).isFalse();
        socket.wire.close(CloseStatus.of(CloseStatus.NORMAL));
        // The client ends its half at once: what we have to send keeps the stream.
        client.sendClose(stream, END_STREAM, CloseStatus.NORMAL);
        client.widen(stream, MESSAGE - 1);
        assertThat(client.next(stream).payload()).hasSize(MESSAGE - 1);
        settle();
        assertThat(client.waiting(stream)).isZero();
        client.widen(stream, 1000);
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        RawStreams.Frame last = client.next(stream);
        while (!last.isEndStream()) {
            rest.writeBytes(last.payload());
            last = client.next(stream);
        }
        assertThat(rest.toByteArray()).startsWith(bytes(frame)[MESSAGE - 1]);
        assertThat(rest.toByteArray())
                .endsWith(
                        bytes(
                                OutboundFrame.of(
                                        io.highwater.wire.Opcode.CLOSE,
                                        ByteBuffer.wrap(new byte[] {0x03, (byte) 0xE8}))));
        assertThat(last.payload()).isEmpty();
    }

    @Test
    void aPeerThatTakesNoLastByteIsReset() throws Exception {
        int stream = server.open(client, 1).get(0);
        client.initialWindow(0);
        assertThat(server.sockets.get(0).write(message(100))).isFalse();
        client.write(DATA, END_STREAM, stream, new byte[0]);
        server.sockets.get(0).awaitClosed();
        await().untilAsserted(
                        () -> {
                            server.ticker.advance(java.time.Duration.ofSeconds(5), server.wheel);
                            settle();
                            assertThat(client.waiting(stream)).isEqualTo(1);
                        });
        assertThat(client.next(stream).type()).isEqualTo(RST_STREAM);
    }

    @Test
    void aClientThatDoesNotReadHoldsFewBuffers() throws Exception {
        client.widen(0, Integer.MAX_VALUE - 65_535);
        List<Integer> streams = server.open(client, 50);
        client.initialWindow(Integer.MAX_VALUE);
        settle();
        OutboundFrame frame = message(2000);
        int taken = 0;
        boolean full = false;
        while (!full) {
            full = true;
            for (BatchedWires.Socket socket : server.sockets.subList(0, 50)) {
                if (socket.writables.get() == 0 && socket.write(frame)) {
                    full = false;
                    taken++;
                } else {
                    // From here on it waits with one buffer of its own.
                    socket.writables.set(1);
                }
            }
        }
        // What was written: a batch that fills, one that the socket has not taken; and read: one
        // or two of Jetty's.
        long held = server.pool.getLeaks().stream().mapToLong(buffer -> buffer.capacity()).sum();
        assertThat(held).isLessThanOrEqualTo(4 * StreamBatch.MAX_BYTES);
        long expected = (long) (taken + 50) * frame.bytes();
        long received = 0;
        while (received < expected) {
            client.read();
            for (int stream : streams) {
                received += drain(stream);
            }
        }
        assertThat(received).isEqualTo(expected);
    }
}
