package io.highwater.bench.jetty;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sends what a member says to all members of its room. */
@ServerEndpoint("/v1/chat/{room}")
public final class RoomEndpoint {
    private static final Map<String, Set<Session>> ROOMS = new ConcurrentHashMap<>();

    private Set<Session> room = Set.of();

    @OnOpen
    public void onOpen(Session session, @PathParam("room") String name) {
        room = ROOMS.computeIfAbsent(name, n -> ConcurrentHashMap.newKeySet());
        room.add(session);
    }

    @OnMessage
    public void onText(String text) {
        for (Session member : room) {
            member.getAsyncRemote().sendText(text);
        }
    }

    @OnClose
    public void onClose(Session session) {
        room.remove(session);
    }
}
