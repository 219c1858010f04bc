package io.highwater.bench;

import jakarta.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What one turn of one server gave. Immutable.
 *
 * @param lost messages sent and never received, or received in less than their whole
 * @param wrong messages that were not what was sent
 * @param closed connections that the server ended
 * @param detail what explains the figures, where there is such a thing
 */
record Outcome(Figures figures, long lost, long wrong, long closed, @Nullable JsonObject detail) {
    boolean sound() {
        return lost == 0 && wrong == 0 && closed == 0;
    }
}
