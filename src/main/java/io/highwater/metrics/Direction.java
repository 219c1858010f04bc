package io.highwater.metrics;

import io.micrometer.core.instrument.Tags;

/** The direction of a message, seen from the node. */
enum Direction {
    IN("in"),
    OUT("out");

    private final Tags tags;

    Direction(String label) {
        this.tags = Tags.of("direction", label);
    }

    Tags tags() {
        return tags;
    }
}
