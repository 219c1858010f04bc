package io.highwater.protocol;

import io.highwater.api.Api;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a subscriber has read a channel: one {@link Position} for each origin, at least one. A
 * position is itself the cursor of its own origin, so that a node with a single origin needs no
 * second object for each subscriber. Immutable.
 */
@Api
public sealed interface Cursor permits Position, SeveralOrigins {
    /**
     * @param positions of different origins, at least one
     */
    static Cursor of(Collection<Position> positions) {
        TreeMap<String, Position> byOrigin = new TreeMap<>();
        for (Position position : positions) {
            if (byOrigin.put(position.origin(), position) != null) {
                throw new IllegalArgumentException("a cursor has each origin once");
            }
        }
        return of(byOrigin);
    }

    private static Cursor of(TreeMap<String, Position> byOrigin) {
        if (byOrigin.isEmpty()) {
            throw new IllegalArgumentException("a cursor has at least one origin");
        }
        return byOrigin.size() == 1
                ? byOrigin.firstEntry().getValue()
                : new SeveralOrigins(List.copyOf(byOrigin.values()));
    }

    /** In the order of their origins' names; unmodifiable. */
    List<Position> positions();

    /** The position of an origin; null if the cursor does not name that origin. */
    @Nullable Position at(String origin);

    /**
     * Whether everything that the other cursor covers lies at or before this one. An origin that
     * this cursor does not name is not covered.
     */
    boolean covers(Cursor other);

    /** The same cursor with this position as that of its origin. */
    default Cursor with(Position position) {
        TreeMap<String, Position> byOrigin = new TreeMap<>();
        for (Position known : positions()) {
            byOrigin.put(known.origin(), known);
        }
        byOrigin.put(position.origin(), position);
        return of(byOrigin);
    }

    /** The later position for each origin that either of the two names. */
    default Cursor max(Cursor other) {
        Cursor max = this;
        for (Position position : other.positions()) {
            if (!max.covers(position)) {
                max = max.with(position);
            }
        }
        return max;
    }

    /** The positions of this cursor that the other one does not cover; null if there are none. */
    default @Nullable Cursor beyond(Cursor other) {
        List<Position> left =
                positions().stream().filter(position -> !other.covers(position)).toList();
        return left.isEmpty() ? null : left.size() == positions().size() ? this : of(left);
    }
}
