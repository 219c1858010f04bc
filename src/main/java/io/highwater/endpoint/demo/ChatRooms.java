package io.highwater.endpoint.demo;

import io.highwater.endpoint.HighWaterAsync;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.websocket.Session;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The members of each room on this node. Thread-safe. */
@ApplicationScoped
public class ChatRooms {
    private final Map<String, Set<Session>> rooms = new ConcurrentHashMap<>();

    /** Returns how many members the room has now. */
    int join(String room, Session session) {
        return rooms.compute(
                        room,
                        (name, members) -> {
                            Set<Session> present =
                                    members == null ? ConcurrentHashMap.newKeySet() : members;
                            present.add(session);
                            return present;
                        })
                .size();
    }

    void leave(String room, Session session) {
        rooms.computeIfPresent(
                room,
                (name, members) -> {
                    members.remove(session);
                    return members.isEmpty() ? null : members;
                });
    }

    /** Sends to every member; encoded once. */
    void say(String room, String message) {
        HighWaterAsync.broadcastText(rooms.getOrDefault(room, Set.of()), message);
    }
}
