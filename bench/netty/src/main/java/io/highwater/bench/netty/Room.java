package io.highwater.bench.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Sends what one member says to all: the payload is shared, each member is flushed once for all
 * that a read brought. Thread-safe.
 */
@Sharable
final class Room extends ChannelInboundHandlerAdapter {
    private final List<Channel> members = new CopyOnWriteArrayList<>();

    void join(Channel member) {
        members.add(member);
        member.closeFuture().addListener(closed -> members.remove(member));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        WebSocketFrame frame = (WebSocketFrame) message;
        try {
            for (Channel member : members) {
                member.write(frame.retainedDuplicate(), member.voidPromise());
            }
        } finally {
            frame.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        for (Channel member : members) {
            member.flush();
        }
    }
}
