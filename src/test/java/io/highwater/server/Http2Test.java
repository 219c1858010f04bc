package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/2 without TLS against the data port. Time limits here are guards. */
@Timeout(30)
class Http2Test {
    private final HTTP2Client client = new HTTP2Client(new ClientConnector());
    private HttpServer server;

    @BeforeEach
    void startClient() throws Exception {
        client.setIdleTimeout(-1);
        client.setMaxLocalStreams(20_000);
        client.start();
    }

    @AfterEach
    void stop() {
        LifeCycle.stop(client);
        server.close();
    }

    private void start(Duration idleTimeout) throws IOException {
        server =
                new HttpServer(
                        ServerSettings.defaults().withPort(0).withIdleTimeout(idleTimeout),
                        new TunnelHandler(),
                        Edge.unbounded(),
                        Ticker.system(),
                        new StreamBursts(LogLimit.none()),
                        HttpServerTest.testPages());
        server.start();
    }

    @Test
    void theFirstFramesCarryTheLimits() throws Exception {
        start(Duration.ofSeconds(30));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(RawHttp2.prefaceAndGet("http", "localhost"));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            RawHttp2.Frame first = RawHttp2.read(in);
            assertThat(first.type()).isEqualTo(RawHttp2.SETTINGS);
            Map<Integer, Integer> settings = first.settings();
            assertThat(settings)
                    .containsEntry(SettingsFrame.ENABLE_CONNECT_PROTOCOL, 1)
                    .containsEntry(SettingsFrame.MAX_CONCURRENT_STREAMS, 10_000);
            int streamWindow = settings.getOrDefault(SettingsFrame.INITIAL_WINDOW_SIZE, 65_535);
            assertThat(streamWindow).isEqualTo(65_535);
            RawHttp2.Frame second = RawHttp2.read(in);
            assertThat(second.type()).isEqualTo(RawHttp2.WINDOW_UPDATE);
            assertThat(second.stream()).isZero();
            long sessionWindow = 65_535L + second.number();
            assertThat(sessionWindow).isEqualTo(2L * 10_000 * streamWindow);
            RawHttp2.Frame answer = RawHttp2.readUntil(in, RawHttp2.HEADERS);
            assertThat(answer.stream()).isEqualTo(1);
            assertThat(answer.isOk()).isTrue();
        }
    }

    @Test
    void aQuietConnectionEndsUnlessItCarriesASocket() throws Exception {
        start(Duration.ofMillis(250));
        Peer carrying = connect();
        Tunnel tunnel = carrying.open();
        tunnel.echo("before");
        // Each of these starts its silence after the other did, and is seen to be ended for it.
        for (int i = 0; i < 4; i++) {
            connect().closed.await();
        }
        tunnel.echo("after");
        assertThat(carrying.closed.getCount()).isEqualTo(1);
        tunnel.stream.reset(
                new ResetFrame(tunnel.stream.getId(), ErrorCode.CANCEL_STREAM_ERROR.code),
                Callback.NOOP);
        carrying.closed.await();
    }

    @Test
    void aThousandSocketsMayCloseAtOnce() throws Exception {
        start(Duration.ofSeconds(30));
        Peer peer = connect();
        List<Tunnel> tunnels = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            tunnels.add(peer.open());
        }
        Tunnel survivor = peer.open();
        for (Tunnel tunnel : tunnels) {
            tunnel.stream.reset(
                    new ResetFrame(tunnel.stream.getId(), ErrorCode.CANCEL_STREAM_ERROR.code),
                    Callback.NOOP);
        }
        survivor.echo("still here");
    }

    @Test
    void drainingTellsByGoAwayAndKeepsSockets() throws Exception {
        start(Duration.ofSeconds(30));
        Peer peer = connect();
        Tunnel tunnel = peer.open();
        int port = server.port();
        server.stopAccepting();
        assertThat(peer.goAway.take().getError()).isEqualTo(ErrorCode.NO_ERROR.code);
        tunnel.echo("kept");
        // A thread that waits in accept() keeps the kernel's socket until its signal comes.
        await().untilAsserted(
                        () ->
                                assertThatThrownBy(() -> new Socket("127.0.0.1", port).close())
                                        .isInstanceOf(ConnectException.class));
    }

    @Test
    void drainingLastsLongerThanTheIdleTimeoutWhereSocketsStay() throws Exception {
        start(Duration.ofMillis(250));
        Peer peer = connect();
        Tunnel tunnel = peer.open();
        Peer empty = connect();
        server.stopAccepting();
        empty.closed.await();
        // What the idle timer would do is due now or soon; echoes themselves would hold it off.
        assertThat(peer.closed.await(1, TimeUnit.SECONDS)).isFalse();
        tunnel.echo("kept");
    }

    private Peer connect() throws Exception {
        Peer peer = new Peer();
        peer.session =
                client.connect(new InetSocketAddress("127.0.0.1", server.port()), peer)
                        .get(10, TimeUnit.SECONDS);
        return peer;
    }

    private static final class Peer implements Session.Listener {
        final CountDownLatch closed = new CountDownLatch(1);
        final BlockingQueue<GoAwayFrame> goAway = new LinkedBlockingQueue<>();
        Session session;

        @Override
        public void onGoAway(Session session, GoAwayFrame frame) {
            goAway.add(frame);
        }

        @Override
        public void onClose(Session session, GoAwayFrame frame, Callback callback) {
            closed.countDown();
            callback.succeeded();
        }

        @Override
        public void onFailure(Session session, Throwable failure, Callback callback) {
            closed.countDown();
            callback.succeeded();
        }

        Tunnel open() throws Exception {
            Tunnel tunnel = new Tunnel();
            MetaData.ConnectRequest request =
                    new MetaData.ConnectRequest(
                            HttpScheme.HTTP,
                            new org.eclipse.jetty.http.HostPortHttpField("localhost"),
                            "/",
                            HttpFields.EMPTY,
                            "websocket");
            tunnel.stream =
                    session.newStream(new HeadersFrame(request, null, false), tunnel)
                            .get(10, TimeUnit.SECONDS);
            assertThat(tunnel.status.get(10, TimeUnit.SECONDS)).isEqualTo(200);
            return tunnel;
        }
    }

    private static final class Tunnel implements Stream.Listener {
        final CompletableFuture<Integer> status = new CompletableFuture<>();
        final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Stream stream;

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            status.complete(((MetaData.Response) frame.getMetaData()).getStatus());
            stream.demand();
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            String text = StandardCharsets.UTF_8.decode(data.frame().getByteBuffer()).toString();
            boolean last = data.frame().isEndStream();
            data.release();
            received.add(last ? "the end" : text);
            if (!last) {
                stream.demand();
            }
        }

        void echo(String text) throws Exception {
            stream.data(
                    new DataFrame(
                            stream.getId(),
                            ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                            false));
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(text);
        }
    }
}
