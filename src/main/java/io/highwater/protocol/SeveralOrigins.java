package io.highwater.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cursor of more than one origin. Immutable.
 *
 * @param positions in the order of their origins' names, each origin once
 */
record SeveralOrigins(List<Position> positions) implements Cursor {
    @Override
    public @Nullable Position at(String origin) {
        for (Position position : positions) {
            if (position.origin().equals(origin)) {
                return position;
            }
        }
        return null;
    }

    @Override
    public boolean covers(Cursor other) {
        for (Position position : other.positions()) {
            Position own = at(position.origin());
            if (own == null || position.isAfter(own)) {
                return false;
            }
        }
        return true;
    }
}
