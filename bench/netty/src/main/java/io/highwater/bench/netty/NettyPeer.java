package io.highwater.bench.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An echo at {@code /v1/echo} and rooms at {@code /v1/chat/{room}} on Netty: epoll where there is
 * one, pooled buffers, one event loop a core, one flush for what a read brought.
 */
public final class NettyPeer {
    private static final int BACKLOG = 4096;
    private static final int MAX_REQUEST_BYTES = 8192;

    private NettyPeer() {}

    /** Prints one ready line and serves until killed. */
    public static void main(String[] args) throws InterruptedException {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends ServerChannel> type =
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        int loops = Runtime.getRuntime().availableProcessors();
        Rooms rooms = new Rooms();
        Channel listening =
                new ServerBootstrap()
                        .group(new MultiThreadIoEventLoopGroup(loops, io))
                        .channel(type)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(new Pipeline(rooms))
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        int port = ((InetSocketAddress) listening.localAddress()).getPort();
        System.out.println("Netty ready: http://127.0.0.1:" + port);
        listening.closeFuture().sync();
    }

    private static final class Pipeline extends ChannelInitializer<SocketChannel> {
        private final EchoHandler echo = new EchoHandler();
        private final Rooms rooms;
        private final WebSocketServerProtocolConfig config =
                WebSocketServerProtocolConfig.newBuilder()
                        .websocketPath("/v1")
                        .checkStartsWith(true)
                        .build();

        Pipeline(Rooms rooms) {
            this.rooms = rooms;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                    .addLast(new WebSocketServerProtocolHandler(config))
                    .addLast(new Upgraded(echo, rooms));
        }
    }
}
