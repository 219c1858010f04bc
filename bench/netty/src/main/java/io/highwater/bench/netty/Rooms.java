package io.highwater.bench.netty;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The rooms by name. Thread-safe. */
final class Rooms {
    private final Map<String, Room> byName = new ConcurrentHashMap<>();

    Room join(String name, Channel member) {
        Room room = byName.computeIfAbsent(name, n -> new Room());
        room.join(member);
        return room;
    }
}
