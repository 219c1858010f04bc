package io.highwater.bench.tomcat;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Sends what a member says to all members of its room. */
@ServerEndpoint("/v1/chat/{room}")
public final class RoomEndpoint {
    private static final Map<String, Map<Session, Outbox>> ROOMS = new ConcurrentHashMap<>();

    private @Nullable Map<Session, Outbox> room;

    @OnOpen
    public void onOpen(Session session, @PathParam("room") String name) {
        room = ROOMS.computeIfAbsent(name, n -> new ConcurrentHashMap<>());
        room.put(session, new Outbox(session.getAsyncRemote()));
    }

    @OnMessage
    public void onText(String text) {
        if (room != null) {
            room.values().forEach(outbox -> outbox.send(text));
        }
    }

    @OnClose
    public void onClose(Session session) {
        if (room != null) {
            room.remove(session);
        }
    }
}
