package io.highwater.chaos;

import io.highwater.chaos.Event.Acknowledged;
import io.highwater.chaos.Event.Archived;
import io.highwater.chaos.Event.Broken;
import io.highwater.chaos.Event.Received;
import io.highwater.chaos.Event.Refused;
import io.highwater.chaos.Event.Sent;
import io.highwater.chaos.Event.Stuck;
import io.highwater.chaos.Event.Unanswered;
import io.highwater.protocol.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a history says of each message, and checks what needs no subscriber: I5, I9, and
 * that the log has no message twice (I3). Confined to the checker.
 */
final class Facts implements Event.Reader {
    /** A place in the log of a channel, whatever the shard's sequence. */
    private record Place(String channel, long generation, long sequence) {}

    private record Sight(Message message, Position position, Event event) {}

    private final Promise promise;
    private final Violations violations;
    private final Map<Message, Fact> facts = new LinkedHashMap<>();
    private final Map<Place, Sight> places = new HashMap<>();
    private final Map<Long, Sent> open = new LinkedHashMap<>();

    int republished;
    int recognized;
    int refused;

    Facts(Promise promise, Violations violations) {
        this.promise = promise;
        this.violations = violations;
    }

    Collection<Fact> all() {
        return facts.values();
    }

    Fact of(Message message) {
        return facts.computeIfAbsent(message, Fact::new);
    }

    /** The message at a position; null if none was seen there. */
    @Nullable Fact at(String channel, Position position) {
        Sight sight =
                places.get(new Place(channel, position.generation(), position.channelSequence()));
        return sight == null ? null : of(sight.message);
    }

    @Override
    public void on(Sent event) {
        open.put(event.attempt(), event);
        Fact fact = of(event.message());
        if (fact.firstSent == null) {
            fact.firstSent = event;
        } else {
            republished++;
        }
    }

    @Override
    public void on(Acknowledged event) {
        open.remove(event.attempt());
        Fact fact = of(event.message());
        if (fact.acknowledged == null) {
            fact.acknowledged = event;
        }
        recognized += event.duplicate() ? 1 : 0;
        if (!event.level().equals(promise.level())) {
            violations.add(
                    Invariant.I1, event.message() + " was acknowledged as " + event.level(), event);
        }
        fact.acknowledgedAt.add(event.position());
        saw(fact, event.position(), event);
    }

    @Override
    public void on(Refused event) {
        open.remove(event.attempt());
        refused++;
    }

    @Override
    public void on(Broken event) {
        open.remove(event.attempt());
    }

    @Override
    public void on(Unanswered event) {
        violations.add(
                Invariant.I9,
                event.message() + " had no answer",
                open.remove(event.attempt()),
                event);
    }

    @Override
    public void on(Stuck event) {
        violations.add(Invariant.I9, event.client() + " cannot publish any more", event);
    }

    @Override
    public void on(Received event) {
        saw(of(event.message()), event.position(), event);
    }

    @Override
    public void on(Archived event) {
        saw(of(event.message()), event.position(), event);
    }

    private void saw(Fact fact, Position position, Event event) {
        fact.positions.putIfAbsent(position, event);
        Message message = fact.message;
        Place place =
                new Place(message.channel(), position.generation(), position.channelSequence());
        Sight first = places.putIfAbsent(place, new Sight(message, position, event));
        if (first != null && !(first.message.equals(message) && first.position.equals(position))) {
            violations.add(
                    Invariant.I5,
                    position.text() + " is " + first.message + " and " + message,
                    first.event,
                    event);
        }
    }

    /** The history is over. */
    void end(Losses losses) {
        for (Sent sent : open.values()) {
            violations.add(Invariant.I9, sent.message() + " has no end", sent);
        }
        for (Fact fact : facts.values()) {
            if (fact.firstSent == null) {
                violations.add(Invariant.I5, fact.message + " was never sent", fact.anySight());
            }
            checkPositions(fact, losses);
        }
    }

    /** A message has one position, unless the log lost it and got it again. */
    private void checkPositions(Fact fact, Losses losses) {
        List<Map.Entry<Position, Event>> all = List.copyOf(fact.positions.entrySet());
        for (int i = 1; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                Position one = all.get(j).getKey();
                Position other = all.get(i).getKey();
                boolean moved =
                        one.generation() != other.generation()
                                && promise.mayMove()
                                && fact.mayBeLost(losses);
                if (!moved) {
                    violations.add(
                            Invariant.I3,
                            fact.message
                                    + " is in the log twice: "
                                    + one.text()
                                    + " and "
                                    + other.text(),
                            all.get(j).getValue(),
                            all.get(i).getValue());
                }
            }
        }
    }
}
