package io.highwater.channel;

import io.highwater.backbone.Position;
import java.util.Map;

/** From where on a subscriber wants a channel. Immutable. */
public sealed interface Since {
    /** What is published from now on. */
    record Live() implements Since {}

    /** What follows the cursor, then live. The cursor has a position an origin, one at least. */
    record After(Map<String, Position> cursor) implements Since {
        public After {
            cursor = Map.copyOf(cursor);
            if (cursor.isEmpty()) {
                throw new IllegalArgumentException("a cursor has one position at least");
            }
        }
    }

    /** The newest of every key that is kept, then live. */
    record Latest() implements Since {}
}
