package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.bench.client.ClientListener;
import io.highwater.bench.client.ClientSocket;
import io.highwater.bench.client.FrameCursor;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Opening;
import io.highwater.bench.client.Ticker;
import io.highwater.bench.raw.RawLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The raw loop and the load client over real sockets. */
@Timeout(60)
class RawLoopTest {
    private static final Ticker TICKER = Ticker.system();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int BYTES = 128;

    private final List<AutoCloseable> closeables = new ArrayList<>();
    private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);

    private RawLoop start(RawLoop.RoomWrites writes) throws IOException {
        RawLoop loop = new RawLoop(0, writes);
        closeables.add(loop);
        running =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                loop.run();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        return loop;
    }

    private LoadClient client(RawLoop loop, ClientListener listener) throws IOException {
        LoadClient client = new LoadClient(loop.port(), TICKER, listener);
        closeables.add(client);
        return client;
    }

    private static void await(LoadClient client, BooleanSupplier done) throws IOException {
        assertThat(client.pollUntil(done, TICKER.nanoTime() + LIMIT.toNanos())).isTrue();
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = closeables.size() - 1; i >= 0; i--) {
            closeables.get(i).close();
        }
        running.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void everyEchoComesBackAsItWas() throws IOException {
        EchoLoad load = new EchoLoad(100, BYTES);
        LoadClient client = client(start(RawLoop.RoomWrites.EACH), load);
        client.open(100, EchoWorkload.ECHO, LIMIT);
        load.keepGoing(true);
        load.start(client, 100, TICKER.nanoTime());
        await(client, () -> load.echoed() > 1_000);
        load.keepGoing(false);
        await(client, () -> load.inFlight() == 0);

        assertThat(load.wrong()).isZero();
        client.closeSockets(LIMIT);
        assertThat(client.lostSockets()).isZero();
    }

    @ParameterizedTest
    @EnumSource(RawLoop.RoomWrites.class)
    void everyMemberGetsEveryMessageOnceInOrder(RawLoop.RoomWrites writes) throws IOException {
        FanoutLoad load =
                new FanoutLoad(TICKER, new ChatMessage(BYTES), FanoutMessage.Form.DELIVERED, 20);
        LoadClient client = client(start(writes), load);
        client.open(20, Opening.of("/v1/chat/tea"), LIMIT);
        long deadlineNanos = TICKER.nanoTime() + LIMIT.toNanos();
        while (load.delivered() < 2_000 && TICKER.nanoTime() - deadlineNanos < 0) {
            load.publishAtSaturation(client, 8, 1_000_000);
        }
        await(client, () -> load.missing() == 0);

        assertThat(load.delivered()).isGreaterThanOrEqualTo(2_000);
        assertThat(load.delivered() % 20).isZero();
        assertThat(load.wrong()).isZero();
        assertThat(client.lostSockets()).isZero();
    }

    /** The rate is far above what the loop does one at a time, so that echoes are waited for. */
    @Test
    void anEchoAtARateCountsFromWhenItOughtToHaveGoneOut() throws IOException {
        EchoLoad load = new EchoLoad(2, BYTES);
        LoadClient client = client(start(RawLoop.RoomWrites.EACH), load);
        client.open(2, EchoWorkload.ECHO, LIMIT);
        Histogram latency = new Histogram(60_000_000, 3);
        load.recordInto(latency);
        load.sendAtRate(client, TICKER, 100_000, 1_000_000_000);
        await(client, () -> load.inFlight() == 0 && load.echoed() == 100_000);

        assertThat(load.wrong()).isZero();
        assertThat(latency.getTotalCount()).isEqualTo(100_000);
    }

    @Test
    void roomsDoNotHearEachOther() throws IOException {
        RawLoop loop = start(RawLoop.RoomWrites.EACH);
        FanoutLoad tea =
                new FanoutLoad(TICKER, new ChatMessage(BYTES), FanoutMessage.Form.DELIVERED, 2);
        List<ByteBuffer> heardInMilk = new ArrayList<>();
        LoadClient milk = client(loop, (socket, in, at, length, now) -> heardInMilk.add(in));
        milk.open(1, Opening.of("/v1/chat/milk"), LIMIT);
        LoadClient client = client(loop, tea);
        client.open(2, Opening.of("/v1/chat/tea"), LIMIT);
        tea.publishAtSaturation(client, 1, 1_000_000);
        await(client, () -> tea.missing() == 0 && tea.delivered() > 0);
        // Its own message comes behind whatever the loop would have sent before.
        milk.send(milk.socket(0), FrameCursor.TEXT, new byte[] {'m'}, 1);
        await(milk, () -> !heardInMilk.isEmpty());

        assertThat(heardInMilk).hasSize(1);
    }

    @Test
    void aServerThatEndsASocketIsCounted() throws Exception {
        EchoLoad load = new EchoLoad(3, BYTES);
        RawLoop loop = start(RawLoop.RoomWrites.EACH);
        LoadClient client = client(loop, load);
        client.open(3, EchoWorkload.ECHO, LIMIT);
        // Answered with a Close frame, as if it came from the server alone.
        client.send(client.socket(1), FrameCursor.CLOSE, new byte[0], 0);
        await(client, () -> client.lostSockets() == 1);

        assertThat(client.socket(1).state()).isEqualTo(ClientSocket.State.CLOSED);
        assertThat(client.socket(0).state()).isEqualTo(ClientSocket.State.OPEN);
    }

    @Test
    void aRequestAndItsFirstFrameMayArriveInPieces() throws IOException {
        RawLoop loop = start(RawLoop.RoomWrites.EACH);
        String head =
                "GET /v1/echo HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        byte[] hello = HexFormat.of().parseHex("818537fa213d7f9f4d5158");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), loop.port())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) LIMIT.toMillis());
            for (byte b : head.getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(b);
            }
            for (byte b : hello) {
                socket.getOutputStream().write(b);
            }
            InputStream in = socket.getInputStream();
            StringBuilder response = new StringBuilder();
            while (response.indexOf("\r\n\r\n") < 0) {
                response.append((char) in.read());
            }
            assertThat(response).startsWith("HTTP/1.1 101 ");
            assertThat(HexFormat.of().formatHex(in.readNBytes(7))).isEqualTo("810548656c6c6f");
        }
    }
}
