package io.highwater.chaos;

import io.highwater.chaos.Event.Archived;
import io.highwater.chaos.Event.Received;
import io.highwater.protocol.Position;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checks I7: what each node reads from the archive is what was delivered. */
final class ArchiveCheck implements Event.Reader {
    /** A message at a position. */
    private record Place(Message message, Position position) {}

    private final Violations violations;
    private final Map<Place, Event> delivered = new LinkedHashMap<>();
    private final Map<String, Map<Place, Event>> archived = new LinkedHashMap<>();

    ArchiveCheck(Violations violations) {
        this.violations = violations;
    }

    @Override
    public void on(Received event) {
        delivered.putIfAbsent(new Place(event.message(), event.position()), event);
    }

    @Override
    public void on(Archived event) {
        Event before =
                archived.computeIfAbsent(event.reader(), none -> new LinkedHashMap<>())
                        .put(new Place(event.message(), event.position()), event);
        if (before != null) {
            violations.add(Invariant.I7, "it has " + event.message() + " twice", before, event);
        }
    }

    /**
     * The history is over. What Redis and the nodes lost at a time, before anybody was promised it,
     * may be missing, and what came again at another position may not have been delivered at both.
     */
    void end(Promise promise, Facts facts, Losses losses) {
        if (archived.isEmpty() && !delivered.isEmpty()) {
            violations.add(Invariant.I7, "nobody has read it");
        }
        archived.forEach(
                (reader, places) -> {
                    delivered.forEach(
                            (place, event) -> {
                                if (!places.containsKey(place)
                                        && !(promise.mayMove()
                                                && facts.of(place.message)
                                                        .mayBeErased(place.position, losses))) {
                                    violations.add(
                                            Invariant.I7,
                                            "it lacks " + place.message + " on " + reader,
                                            event);
                                }
                            });
                    places.forEach(
                            (place, event) -> {
                                if (!delivered.containsKey(place)
                                        && !isElsewhere(place, promise, facts, losses)) {
                                    violations.add(
                                            Invariant.I7,
                                            place.message + " was not delivered",
                                            event);
                                }
                            });
                });
    }

    private static boolean isElsewhere(Place place, Promise promise, Facts facts, Losses losses) {
        Fact fact = facts.of(place.message);
        return promise.mayMove() && fact.positions.size() > 1 && fact.mayBeLost(losses);
    }
}
