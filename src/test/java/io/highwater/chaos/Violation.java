package io.highwater.chaos;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An invariant that does not hold. Immutable.
 *
 * @param involved what shows it
 */
record Violation(Invariant invariant, String text, List<Event> involved) {
    @Override
    public String toString() {
        return invariant
                + " ("
                + invariant.claim()
                + "): "
                + text
                + involved.stream().map(event -> "\n      " + event).collect(Collectors.joining());
    }
}
