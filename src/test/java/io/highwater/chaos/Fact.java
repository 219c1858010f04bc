package io.highwater.chaos;

import io.highwater.chaos.Event.Acknowledged;
import io.highwater.chaos.Event.Sent;
import io.highwater.protocol.Position;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a history says of one message. Confined to the checker. */
final class Fact {
    final Message message;

    /** Null if it was never sent, which no message should be. */
    @Nullable Sent firstSent;

    @Nullable Acknowledged acknowledged;

    /** The first that shows each of its positions. */
    final Map<Position, Event> positions = new LinkedHashMap<>();

    /** Those of its acknowledgements. */
    final Set<Position> acknowledgedAt = new HashSet<>();

    /** The subscribers whose applications got it. */
    final Set<String> given = new HashSet<>();

    Fact(Message message) {
        this.message = message;
    }

    /** Whether the log may have lost it, as far as is known. */
    boolean mayBeLost(Losses losses) {
        return firstSent != null
                && positions.values().stream()
                        .anyMatch(seen -> losses.mayCover(firstSent.nanos(), seen.nanos()));
    }

    /** Whether what was at a position, which nobody was promised, may be nowhere any more. */
    boolean mayBeErased(Position position, Losses losses) {
        Event seen = positions.get(position);
        return seen != null
                && firstSent != null
                && !acknowledgedAt.contains(position)
                && losses.mayErase(firstSent.nanos(), seen.nanos());
    }

    @Nullable Event anySight() {
        return positions.values().stream().findFirst().orElse(null);
    }
}
