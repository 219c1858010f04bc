package io.highwater.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.chaos.Event.Acknowledged;
import io.highwater.protocol.Position;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What has happened in a run, in the order in which it was written down. Thread-safe. */
final class History {
    @GuardedBy("this")
    private final List<Event> events = new ArrayList<>();

    /** The highest acknowledged position of each channel. */
    private static final class Tops implements Event.Reader {
        private final Map<String, Position> positions = new HashMap<>();

        @Override
        public void on(Acknowledged event) {
            positions.merge(
                    event.message().channel(),
                    event.position(),
                    (one, other) -> one.isAfter(other) ? one : other);
        }
    }

    @GuardedBy("this")
    private final Tops tops = new Tops();

    /** How many there are of each kind. */
    private final Map<Class<?>, LongAdder> counts = new ConcurrentHashMap<>();

    private final AtomicLong attempts = new AtomicLong();

    /** The time to note with an event. */
    long now() {
        return System.nanoTime();
    }

    /** A number for an attempt, from 1 on. */
    long nextAttempt() {
        return attempts.incrementAndGet();
    }

    synchronized void add(Event event) {
        events.add(event);
        event.tell(tops);
        counts.computeIfAbsent(event.getClass(), none -> new LongAdder()).increment();
    }

    long count(Class<? extends Event> kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : count.sum();
    }

    /** Writes it to a new file, a line for each event; returns which. */
    Path write() throws IOException {
        Path file = Files.createTempFile("chaos-history-", ".txt");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Event event : events()) {
                out.write(event.toString());
                out.newLine();
            }
        }
        return file;
    }

    synchronized Map<String, Position> tops() {
        return Map.copyOf(tops.positions);
    }

    synchronized int size() {
        return events.size();
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }
}
