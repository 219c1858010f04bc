package io.highwater.chaos;

import io.highwater.chaos.Event.Received;
import io.highwater.chaos.Event.Skipped;
import io.highwater.chaos.Event.Subscribed;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of one channel, as a history shows it: gives its application the messages, and
 * checks I3, I4, I6 and I8. Confined to the checker.
 */
final class Subscriber {
    private final String name;
    private final String channel;
    private final Subscribed first;
    private final Facts facts;
    private final Violations violations;
    private final Reception reception = new Reception();

    /** The answers that said that not everything can be brought. */
    private final List<Subscribed> told = new ArrayList<>();

    private final List<Received> received = new ArrayList<>();

    /** The last message of each publisher that the application got in its turn. */
    private final Map<String, Received> lastOf = new HashMap<>();

    private Subscribed subscription;

    /** The last position in this subscription. */
    private @Nullable Received last;

    int given;
    int recoveries;
    int gaps;
    int late;
    int dropped;

    Subscriber(Subscribed first, Facts facts, Violations violations) {
        this.name = first.client();
        this.channel = first.channel();
        this.first = first;
        this.subscription = first;
        this.facts = facts;
        this.violations = violations;
    }

    String channel() {
        return channel;
    }

    int told() {
        return told.size();
    }

    void on(Subscribed event) {
        subscription = event;
        last = null;
        reception.onSubscribed(event);
        if (event.reason() != null) {
            told.add(event);
        } else if (event.since() != null) {
            recoveries++;
        }
    }

    void on(Skipped event) {
        reception.onSkipped(event);
        violations.add(Invariant.I1, name + " was not given some messages", event);
    }

    void on(Received event) {
        received.add(event);
        checkPlace(event);
        int untold = reception.untold();
        Position cursor = reception.cursor();
        Reception.Fate fate = reception.onReceived(event);
        if (reception.untold() > untold) {
            violations.add(
                    Invariant.I8,
                    name
                            + " was not told what is missing between "
                            + (cursor == null ? "nothing" : cursor.text())
                            + " and "
                            + event.position().text(),
                    subscription,
                    event);
        }
        switch (fate) {
            case GIVEN -> give(event);
            case GAP -> gaps++;
            case REPEATED -> dropped++;
            case OLD -> {}
        }
    }

    /** What comes in a subscription lies after its cursor, and rises. */
    private void checkPlace(Received event) {
        if (event.late()) {
            late++;
            return;
        }
        Position since = subscription.since();
        Position start =
                since == null || subscription.reason() != null ? subscription.cursor() : since;
        if (last != null && !event.position().isAfter(last.position())) {
            violations.add(
                    Invariant.I6,
                    name + " received " + event.position().text() + " too late",
                    last,
                    event);
        } else if (!event.position().isAfter(start)) {
            violations.add(
                    Invariant.I8,
                    name + " resumed after " + start.text() + " and received what is before",
                    subscription,
                    event);
        }
        last = event;
    }

    private void give(Received event) {
        given++;
        Message message = event.message();
        if (!facts.of(message).given.add(name)) {
            violations.add(
                    Invariant.I3, name + " was given " + message + " twice", before(event), event);
        }
        if (event.late()) {
            return;
        }
        Received former = lastOf.put(message.publisher(), event);
        if (former != null && former.message().number() >= message.number()) {
            violations.add(
                    Invariant.I4,
                    name + " was given " + message + " after " + former.message(),
                    former,
                    event);
        }
    }

    private @Nullable Received before(Received event) {
        return received.stream()
                .filter(one -> one != event && one.message().equals(event.message()))
                .findFirst()
                .orElse(null);
    }

    /** Checks that it was given a message which it should have been. */
    void checkGiven(Fact fact, Promise promise, Losses losses) {
        boolean isTo = fact.firstSent != null && first.nanos() - fact.firstSent.nanos() < 0;
        if (!isTo
                || fact.given.contains(name)
                || promise.mayLose() && fact.mayBeLost(losses)
                || promise.mayLose() && wasToldOf(fact)) {
            return;
        }
        Event sight = fact.anySight();
        Position place = fact.positions.keySet().stream().findFirst().orElse(null);
        Received next = place == null ? null : following(place);
        Event answer = next == null ? subscription : next;
        if (fact.acknowledged != null) {
            violations.add(
                    Invariant.I1,
                    name + " was not given " + fact.message + ", which was acknowledged",
                    fact.firstSent,
                    fact.acknowledged,
                    answer);
        } else if (!fact.given.isEmpty()) {
            violations.add(
                    Invariant.I2,
                    name + " was not given " + fact.message + ", but " + fact.given + " were",
                    fact.firstSent,
                    sight,
                    answer);
        }
    }

    /** The first that it received of what lies after a place. */
    private @Nullable Received following(Position place) {
        return received.stream()
                .filter(event -> event.position().isAfter(place))
                .findFirst()
                .orElse(null);
    }

    private boolean wasToldOf(Fact fact) {
        return told.stream()
                .anyMatch(
                        answer ->
                                fact.positions.keySet().stream()
                                        .anyMatch(position -> isMissed(answer, position)));
    }

    private static boolean isMissed(Subscribed answer, Position position) {
        Position since = answer.since();
        return (since == null || position.isAfter(since)) && !position.isAfter(answer.cursor());
    }

    /**
     * Checks that it was told of missing messages only where there is no archive, and some may be
     * lost, or its cursor is of a former generation, which nodes remember for a while.
     */
    void checkTold(Promise promise, Losses losses) {
        for (Subscribed answer : told) {
            if (!promise.mayLose() || !(isForgotten(answer) || isLost(answer, losses))) {
                violations.add(
                        Invariant.I8, name + " could not resume: " + answer.reason(), answer);
            }
        }
    }

    private static boolean isForgotten(Subscribed answer) {
        Position since = answer.since();
        return since != null && since.generation() < answer.cursor().generation();
    }

    /** Whether the message at the cursor may be lost. */
    private boolean isLost(Subscribed answer, Losses losses) {
        Position since = answer.since();
        Fact fact = since == null ? null : facts.at(channel, since);
        return fact != null && fact.mayBeLost(losses);
    }
}
