package io.highwater.wire.jetty.h2;

import static io.highwater.testing.RawStreams.DATA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.RawStreams;
import io.highwater.time.Ticker;
import io.highwater.wire.OutboundFrame;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a batch keeps that is written as far as its WebSockets know, and who pays for it. */
@Timeout(60)
class UnsentBatchesTest {
    private static final int STREAMS = 50;
    private static final long PLENTY = 1L << 40;

    /** Of the account, a quarter for an address: less than one connection may keep. */
    private static final long LITTLE = 4 * 24 << 10;

    private Predicate<InetAddress> proxies = address -> false;
    private BatchedWires server;
    private Book outbound;
    private RawStreams client;

    private void start(long mostBytes) throws Exception {
        LimitSettings settings = LimitSettings.defaults();
        Ticker ticker = Ticker.system();
        Payers payers = new Payers(settings.address(), proxies, ticker);
        Ledger ledger =
                new Ledger(
                        account -> account == Account.OUTBOUND ? mostBytes : PLENTY,
                        settings.addressShare(),
                        payers,
                        LimitsObserver.NONE,
                        ticker,
                        LogLimit.none());
        server = new BatchedWires(ledger);
        outbound = ledger.book(Account.OUTBOUND);
        client = server.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private static OutboundFrame message(int payload) {
        return OutboundFrame.binary(ByteBuffer.allocate(payload));
    }

    /** With windows that bound nothing. */
    private List<Integer> openWide(RawStreams peer) throws Exception {
        peer.widen(0, Integer.MAX_VALUE - 65_535);
        List<Integer> streams = server.open(peer, STREAMS);
        peer.initialWindow(Integer.MAX_VALUE);
        peer.open("/t");
        return streams;
    }

    /** Until each has one that waits for good, or is over; says how much was written. */
    private long fill(List<BatchedWires.Socket> sockets) {
        AtomicLong written = new AtomicLong();
        // The kernel may take more a moment later.
        await().until(() -> written.get() == written.addAndGet(fillOnce(sockets)));
        return written.get();
    }

    private long fillOnce(List<BatchedWires.Socket> sockets) {
        OutboundFrame frame = message(2000);
        long written = 0;
        List<BatchedWires.Socket> free = free(sockets);
        while (!free.isEmpty()) {
            List<BatchedWires.Socket> next = free;
            server.bursts.run(() -> next.forEach(socket -> socket.write(frame)));
            written += (long) next.size() * frame.bytes();
            free = free(sockets);
        }
        return written;
    }

    private static List<BatchedWires.Socket> free(List<BatchedWires.Socket> sockets) {
        return sockets.stream().filter(UnsentBatchesTest::isFree).toList();
    }

    private static boolean isFree(BatchedWires.Socket socket) {
        return socket.closed.getCount() > 0 && !socket.wire.activity().isWritePending();
    }

    /** What the server has taken of its pool and not given back. */
    private long held() {
        return server.pool.getLeaks().stream().mapToLong(buffer -> buffer.capacity()).sum();
    }

    @Test
    void whatTheSocketDoesNotTakeIsChargedAsTheBuffersHoldIt() throws Exception {
        start(PLENTY);
        List<Integer> streams = openWide(client);
        // What the connection reads into goes back when nothing comes.
        await().until(() -> held() == 0);
        long left = fill(server.sockets.subList(0, STREAMS));
        // The kernel may be taking some still.
        await().until(() -> outbound.bytes() == held());
        assertThat(outbound.bytes()).isGreaterThan(StreamBatch.MAX_BYTES);
        assertThat(outbound.debtors()).isEqualTo(1);
        while (left > 0) {
            client.read();
            for (int stream : streams) {
                while (client.waiting(stream) > 0) {
                    left -= client.next(stream, DATA).payload().length;
                }
            }
        }
        await().until(() -> outbound.bytes() == 0 && outbound.debtors() == 0);
    }

    @Test
    void whatAWindowHoldsIsCharged() throws Exception {
        start(PLENTY);
        int stream = server.open(client, 1).get(0);
        server.bursts.begin();
        server.sockets.get(0).write(message(100));
        client.initialWindow(0);
        client.open("/t");
        assertThat(outbound.bytes()).isZero();
        server.bursts.end();
        assertThat(outbound.bytes()).isEqualTo(4096);
        client.initialWindow(1000);
        assertThat(client.next(stream, DATA).payload()).hasSize(102);
        await().until(() -> outbound.bytes() == 0);
    }

    @Test
    void whoKeepsMoreThanItsShareIsReset() throws Exception {
        start(LITTLE);
        try (RawStreams reader = server.connect()) {
            openWide(client);
            int stream = server.open(reader, 1).get(0);
            BatchedWires.Socket reads = server.sockets.get(server.sockets.size() - 1);
            List<BatchedWires.Socket> stuck = server.sockets.subList(0, STREAMS);
            fill(stuck);
            for (BatchedWires.Socket socket : stuck) {
                socket.awaitClosed();
            }
            assertThat(outbound.bytes()).isZero();
            assertThat(outbound.debtors()).isZero();
            assertThat(reads.write(message(100))).isTrue();
            assertThat(reader.next(stream, DATA).payload()).hasSize(102);
        }
    }

    /** Its users' queues are others' to judge: a reset would end them all. */
    @Test
    void aTrustedProxyIsChargedAndNotReset() throws Exception {
        proxies = address -> true;
        start(LITTLE);
        openWide(client);
        List<BatchedWires.Socket> stuck = server.sockets.subList(0, STREAMS);
        fill(stuck);
        assertThat(outbound.bytes()).isGreaterThan(LITTLE / 4);
        assertThat(outbound.debtors()).isZero();
        outbound.settle();
        assertThat(stuck).allMatch(socket -> socket.closed.getCount() > 0);
        client.close();
        await().until(() -> outbound.bytes() == 0);
    }

    @Test
    void aConnectionThatIsLostWhileAWindowHoldsItIsChargedNothing() throws Exception {
        start(PLENTY);
        server.open(client, 1);
        server.bursts.begin();
        server.sockets.get(0).write(message(100));
        client.initialWindow(0);
        client.open("/t");
        server.bursts.end();
        assertThat(outbound.bytes()).isPositive();
        client.close();
        await().until(() -> outbound.bytes() == 0 && outbound.debtors() == 0);
    }

    @Test
    void aConnectionThatIsLostIsChargedNothing() throws Exception {
        start(PLENTY);
        openWide(client);
        fill(server.sockets.subList(0, STREAMS));
        assertThat(outbound.bytes()).isPositive();
        client.close();
        await().until(() -> outbound.bytes() == 0 && outbound.debtors() == 0);
    }
}
