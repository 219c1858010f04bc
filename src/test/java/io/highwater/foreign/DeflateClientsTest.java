package io.highwater.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.testing.TestServer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.WebSocketContainer;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.ee10.websocket.jakarta.client.JakartaWebSocketClientContainer;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that offer permessage-deflate as it is, without a parameter: they fail a handshake that
 * asks them for one, or compress with takeover all the same, which shows in their later messages.
 */
@Timeout(300)
final class DeflateClientsTest {
    private static final int MESSAGES = 12;
    private static final long GUARD_SECONDS = 120;
    private static final String KNOCK = "is anybody there?";
    private static final long KNOCK_SECONDS = 5;

    private static final Map<DeflatePolicy, TestServer> SERVERS =
            new EnumMap<>(DeflatePolicy.class);

    @BeforeAll
    static void start() {
        for (DeflatePolicy mode : DeflatePolicy.values()) {
            Map<String, String> settings =
                    Map.of(
                            "highwater.deflate.min-bytes",
                            "1",
                            "highwater.deflate.mode",
                            mode.name());
            SERVERS.put(mode, TestServer.start(settings));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(TestServer::close);
        SERVERS.clear();
    }

    private static URI http(DeflatePolicy mode) {
        return SERVERS.get(mode).http();
    }

    private static URI echo(DeflatePolicy mode) {
        return URI.create("ws://" + http(mode).getAuthority() + "/v1/echo");
    }

    /** Each refers to the one before, if its sender keeps what it sent. */
    private static String message(int number) {
        return "a price of "
                + number
                + "; ".repeat(1 + number % 3)
                + "and all that came before. ".repeat(60);
    }

    private interface Send {
        void text(String text) throws Exception;
    }

    private static void echoes(Send send, BlockingQueue<String> received) throws Exception {
        awaitOpen(send, received);
        for (int i = 0; i < MESSAGES; i++) {
            send.text(message(i));
            String echo = received.poll(GUARD_SECONDS, TimeUnit.SECONDS);
            while (KNOCK.equals(echo)) {
                echo = received.poll(GUARD_SECONDS, TimeUnit.SECONDS);
            }
            assertThat(echo).isEqualTo(message(i));
        }
    }

    /**
     * Jetty's client over HTTP/2 loses what comes while it opens: one first echo in 100 to 600,
     * which the node had counted as sent.
     */
    private static void awaitOpen(Send send, BlockingQueue<String> received) throws Exception {
        String echo = null;
        for (int i = 0; i < GUARD_SECONDS / KNOCK_SECONDS && echo == null; i++) {
            send.text(KNOCK);
            echo = received.poll(KNOCK_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(echo).isEqualTo(KNOCK);
    }

    /** Nothing beside what was offered: no client has a parameter. */
    private static List<String> agreed(DeflatePolicy mode) {
        return mode == DeflatePolicy.OFF ? List.of() : List.of("permessage-deflate");
    }

    @ParameterizedTest
    @EnumSource
    void netty(DeflatePolicy mode) throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            CompletableFuture<Channel> open = new CompletableFuture<>();
            new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new NettyClient(echo(mode), open, received))
                    .connect(http(mode).getHost(), http(mode).getPort())
                    .sync();
            Channel channel = open.get(GUARD_SECONDS, TimeUnit.SECONDS);
            assertThat(channel.pipeline().names())
                    .filteredOn(name -> name.contains("DeflateEncoder"))
                    .hasSameSizeAs(agreed(mode));
            echoes(text -> channel.writeAndFlush(new TextWebSocketFrame(text)), received);
            channel.close().sync();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static final class NettyClient extends ChannelInitializer<SocketChannel> {
        private final URI uri;
        private final CompletableFuture<Channel> open;
        private final BlockingQueue<String> received;

        NettyClient(URI uri, CompletableFuture<Channel> open, BlockingQueue<String> received) {
            this.uri = uri;
            this.open = open;
            this.received = received;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(
                            new HttpClientCodec(),
                            new HttpObjectAggregator(8_192),
                            new WebSocketClientCompressionHandler(0),
                            new WebSocketClientProtocolHandler(
                                    WebSocketClientHandshakerFactory.newHandshaker(
                                            uri,
                                            WebSocketVersion.V13,
                                            null,
                                            true,
                                            new DefaultHttpHeaders())),
                            new SimpleChannelInboundHandler<TextWebSocketFrame>() {
                                @Override
                                protected void channelRead0(
                                        ChannelHandlerContext context, TextWebSocketFrame frame) {
                                    received.add(frame.text());
                                }

                                @Override
                                public void userEventTriggered(
                                        ChannelHandlerContext context, Object event) {
                                    if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                                        open.complete(context.channel());
                                    }
                                }

                                @Override
                                public void exceptionCaught(
                                        ChannelHandlerContext context, Throwable cause) {
                                    open.completeExceptionally(cause);
                                    context.close();
                                }
                            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void vertx(DeflatePolicy mode) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            WebSocketClientOptions options =
                    new WebSocketClientOptions().setTryUsePerMessageCompression(true);
            io.vertx.core.http.WebSocket socket =
                    vertx.createWebSocketClient(options)
                            .connect(
                                    http(mode).getPort(),
                                    http(mode).getHost(),
                                    echo(mode).getPath())
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(GUARD_SECONDS, TimeUnit.SECONDS);
            assertThat(socket.headers().getAll("sec-websocket-extensions")).isEqualTo(agreed(mode));
            socket.textMessageHandler(received::add);
            echoes(socket::writeTextMessage, received);
        } finally {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(GUARD_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Stream<Arguments> modesOverBoth() {
        return Stream.of(DeflatePolicy.values())
                .flatMap(mode -> Stream.of(Arguments.of(mode, false), Arguments.of(mode, true)));
    }

    @ParameterizedTest(name = "{0}, HTTP/2: {1}")
    @MethodSource("modesOverBoth")
    void jetty(DeflatePolicy mode, boolean http2) throws Exception {
        WebSocketClient client = http2 ? new WebSocketClient(overHttp2()) : new WebSocketClient();
        client.start();
        try {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            ClientUpgradeRequest request = new ClientUpgradeRequest(echo(mode));
            request.addExtensions("permessage-deflate");
            Session session =
                    client.connect(new JettyListener(received), request)
                            .get(GUARD_SECONDS, TimeUnit.SECONDS);
            assertThat(session.getUpgradeResponse().getExtensions())
                    .extracting(extension -> extension.getParameterizedName())
                    .isEqualTo(agreed(mode));
            echoes(text -> session.sendText(text, Callback.NOOP), received);
            session.disconnect();
        } finally {
            client.stop();
        }
    }

    /** Public, as Jetty looks for its methods. */
    public static final class JettyListener implements Session.Listener.AutoDemanding {
        private final BlockingQueue<String> received;

        JettyListener(BlockingQueue<String> received) {
            this.received = received;
        }

        @Override
        public void onWebSocketText(String text) {
            received.add(text);
        }
    }

    private static HttpClient overHttp2() {
        ClientConnector connector = new ClientConnector();
        ClientConnectionFactory.Info http2 =
                new ClientConnectionFactoryOverHTTP2.HTTP2(new HTTP2Client(connector));
        return new HttpClient(new HttpClientTransportDynamic(connector, http2));
    }

    @ParameterizedTest(name = "{0}, HTTP/2: {1}")
    @MethodSource("modesOverBoth")
    void jettysJakartaClient(DeflatePolicy mode, boolean http2) throws Exception {
        JakartaWebSocketClientContainer client =
                http2
                        ? new JakartaWebSocketClientContainer(overHttp2())
                        : new JakartaWebSocketClientContainer();
        client.start();
        try {
            jettysJakartaClient(client, mode);
        } finally {
            client.stop();
        }
    }

    private static void jettysJakartaClient(WebSocketContainer client, DeflatePolicy mode)
            throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        // Over HTTP/2 the session may be there before its endpoint has heard of it.
        CountDownLatch listening = new CountDownLatch(1);
        Extension deflate =
                new Extension() {
                    @Override
                    public String getName() {
                        return "permessage-deflate";
                    }

                    @Override
                    public List<Parameter> getParameters() {
                        return List.of();
                    }
                };
        Endpoint endpoint =
                new Endpoint() {
                    @Override
                    public void onOpen(jakarta.websocket.Session session, EndpointConfig config) {
                        session.addMessageHandler(String.class, received::add);
                        listening.countDown();
                    }
                };
        try (jakarta.websocket.Session session =
                client.connectToServer(
                        endpoint,
                        ClientEndpointConfig.Builder.create().extensions(List.of(deflate)).build(),
                        echo(mode))) {
            assertThat(session.getNegotiatedExtensions())
                    .extracting(Extension::getName)
                    .isEqualTo(agreed(mode));
            assertThat(listening.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
            session.setMaxIdleTimeout(Duration.ofSeconds(GUARD_SECONDS).toMillis());
            echoes(text -> session.getBasicRemote().sendText(text), received);
        }
    }
}
