package io.highwater.bench.undertow;

import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.spi.WebSocketHttpExchange;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.Options;

/** An echo at {@code /v1/echo} and rooms at {@code /v1/chat/{room}} on Undertow's own API. */
public final class UndertowPeer {
    private static final String CHAT = "/v1/chat/";
    private static final int BACKLOG = 4096;

    private UndertowPeer() {}

    /** Prints one ready line and serves until killed. */
    public static void main(String[] args) {
        Map<String, Set<WebSocketChannel>> rooms = new ConcurrentHashMap<>();
        WebSocketConnectionCallback echo = (exchange, channel) -> receive(channel, new Echo());
        WebSocketConnectionCallback join = (exchange, channel) -> join(rooms, exchange, channel);
        PathHandler paths =
                new PathHandler()
                        .addExactPath("/v1/echo", new WebSocketProtocolHandshakeHandler(echo))
                        .addPrefixPath(CHAT, new WebSocketProtocolHandshakeHandler(join));
        Undertow server =
                Undertow.builder()
                        .addHttpListener(0, "127.0.0.1")
                        .setIoThreads(Runtime.getRuntime().availableProcessors())
                        .setSocketOption(Options.BACKLOG, BACKLOG)
                        .setSocketOption(Options.TCP_NODELAY, true)
                        .setHandler(paths)
                        .build();
        server.start();
        InetSocketAddress address =
                (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        System.out.println("Undertow ready: http://127.0.0.1:" + address.getPort());
    }

    private static void join(
            Map<String, Set<WebSocketChannel>> rooms,
            WebSocketHttpExchange exchange,
            WebSocketChannel channel) {
        String name = exchange.getRequestURI().substring(CHAT.length());
        Set<WebSocketChannel> room =
                rooms.computeIfAbsent(name, n -> ConcurrentHashMap.newKeySet());
        room.add(channel);
        channel.addCloseTask(room::remove);
        receive(channel, new Relay(room));
    }

    private static void receive(WebSocketChannel channel, AbstractReceiveListener listener) {
        channel.getReceiveSetter().set(listener);
        channel.resumeReceives();
    }

    private static final class Echo extends AbstractReceiveListener {
        @Override
        protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage message) {
            WebSockets.sendText(message.getData(), channel, null);
        }
    }

    private static final class Relay extends AbstractReceiveListener {
        private final Set<WebSocketChannel> room;

        Relay(Set<WebSocketChannel> room) {
            this.room = room;
        }

        @Override
        protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage message) {
            ByteBuffer payload =
                    ByteBuffer.wrap(message.getData().getBytes(StandardCharsets.UTF_8));
            for (WebSocketChannel member : room) {
                WebSockets.sendText(payload.duplicate(), member, null);
            }
        }
    }
}
