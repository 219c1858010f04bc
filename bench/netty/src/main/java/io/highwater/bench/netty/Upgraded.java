package io.highwater.bench.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;

/** Puts the handler of the path in its own place when the handshake is done. */
final class Upgraded extends ChannelInboundHandlerAdapter {
    private static final String CHAT = "/v1/chat/";

    private final EchoHandler echo;
    private final Rooms rooms;

    Upgraded(EchoHandler echo, Rooms rooms) {
        this.echo = echo;
        this.rooms = rooms;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof HandshakeComplete handshake) {
            String path = handshake.requestUri();
            if (path.startsWith(CHAT)) {
                Room room = rooms.join(path.substring(CHAT.length()), context.channel());
                context.pipeline().replace(this, "room", room);
            } else {
                context.pipeline().replace(this, "echo", echo);
            }
        } else {
            super.userEventTriggered(context, event);
        }
    }
}
