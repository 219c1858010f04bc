package io.highwater.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Collects them: counts all, and keeps the first of each invariant. Confined to its caller. */
final class Violations {
    private static final int KEPT = 5;

    private final Map<Invariant, Integer> counts = new EnumMap<>(Invariant.class);
    private final List<Violation> first = new ArrayList<>();

    /**
     * @param involved null for what is not there
     */
    void add(Invariant invariant, String text, Event... involved) {
        if (counts.merge(invariant, 1, Integer::sum) <= KEPT) {
            List<Event> there = Stream.of(involved).filter(Objects::nonNull).distinct().toList();
            first.add(new Violation(invariant, text, there));
        }
    }

    int count(Invariant invariant) {
        return counts.getOrDefault(invariant, 0);
    }

    List<Violation> first() {
        return List.copyOf(first);
    }
}
