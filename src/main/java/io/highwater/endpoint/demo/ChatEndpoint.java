package io.highwater.endpoint.demo;

import io.highwater.endpoint.HighWaterAsync;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.DecodeException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chat room: what a member sends, {@code {"name":"Ada","text":"hello"}}, all members receive. A
 * member that reads too slowly is evicted, and may come back.
 */
@Dependent
@ServerEndpoint(value = "/v1/chat/{room}", decoders = ChatMessageDecoder.class)
public class ChatEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(ChatEndpoint.class);

    private final ChatRooms rooms;
    private final ChatCodec codec;

    @Inject
    ChatEndpoint(ChatRooms rooms, ChatCodec codec) {
        this.rooms = rooms;
        this.codec = codec;
    }

    @OnOpen
    public void onOpen(Session session, @PathParam("room") String room) {
        int members = rooms.join(room, session);
        HighWaterAsync.of(session).offerText(codec.welcome(room, members));
    }

    @OnMessage
    public void onMessage(ChatMessage message, @PathParam("room") String room) {
        rooms.say(room, codec.encode(message));
    }

    @OnError
    public void onError(Session session, Throwable cause) {
        if (cause instanceof DecodeException) {
            HighWaterAsync.of(session).offerText(codec.error(String.valueOf(cause.getMessage())));
        } else {
            LOG.debug("a chat session failed", cause);
        }
    }

    @OnClose
    public void onClose(Session session, @PathParam("room") String room) {
        rooms.leave(room, session);
    }
}
