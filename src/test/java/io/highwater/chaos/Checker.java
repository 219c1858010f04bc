package io.highwater.chaos;

import io.highwater.chaos.Event.Fault;
import io.highwater.chaos.Event.Received;
import io.highwater.chaos.Event.Skipped;
import io.highwater.chaos.Event.Subscribed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Compares a history with the {@link Invariant invariants}. A subscriber is owed what was sent
 * after it had subscribed for the first time. No state outside of a call.
 */
final class Checker implements Event.Reader {
    private final Promise promise;
    private final Violations violations = new Violations();
    private final Facts facts;
    private final Losses losses = new Losses();
    private final ArchiveCheck archive;
    private final Map<String, Subscriber> subscribers = new LinkedHashMap<>();
    private final TreeMap<String, Integer> faults = new TreeMap<>();

    private Checker(Promise promise) {
        this.promise = promise;
        facts = new Facts(promise, violations);
        archive = new ArchiveCheck(violations);
    }

    /**
     * @param events in the order in which they were written down; that of one client is the order
     *     in which it saw them
     */
    static Verdict check(Promise promise, List<Event> events) {
        return new Checker(promise).check(events);
    }

    private Verdict check(List<Event> events) {
        for (Event event : events) {
            event.tell(losses);
        }
        for (Event event : events) {
            event.tell(facts);
            event.tell(archive);
            event.tell(this);
        }
        facts.end(losses);
        Map<String, List<Subscriber>> byChannel = new HashMap<>();
        for (Subscriber subscriber : subscribers.values()) {
            subscriber.checkTold(promise, losses);
            byChannel
                    .computeIfAbsent(subscriber.channel(), none -> new ArrayList<>())
                    .add(subscriber);
        }
        for (Fact fact : facts.all()) {
            for (Subscriber subscriber :
                    byChannel.getOrDefault(fact.message.channel(), List.of())) {
                subscriber.checkGiven(fact, promise, losses);
            }
        }
        if (promise.isArchived()) {
            archive.end(promise, facts, losses);
        }
        return verdict();
    }

    @Override
    public void on(Subscribed event) {
        subscribers
                .computeIfAbsent(event.client(), name -> new Subscriber(event, facts, violations))
                .on(event);
    }

    @Override
    public void on(Received event) {
        subscriber(event.client()).on(event);
    }

    @Override
    public void on(Skipped event) {
        subscriber(event.client()).on(event);
    }

    private Subscriber subscriber(String name) {
        Subscriber subscriber = subscribers.get(name);
        if (subscriber == null) {
            throw new IllegalArgumentException(name + " received something, but did not subscribe");
        }
        return subscriber;
    }

    @Override
    public void on(Fault event) {
        faults.merge(event.kind(), 1, Integer::sum);
    }

    private Verdict verdict() {
        int lost = violations.count(Invariant.I1) + violations.count(Invariant.I2);
        int reordered = violations.count(Invariant.I4) + violations.count(Invariant.I6);
        int wrong =
                violations.count(Invariant.I5)
                        + violations.count(Invariant.I7)
                        + violations.count(Invariant.I8)
                        + violations.count(Invariant.I9);
        return new Verdict(
                (int) facts.all().stream().filter(fact -> fact.acknowledged != null).count(),
                sum(subscriber -> subscriber.given),
                lost,
                violations.count(Invariant.I3),
                reordered,
                wrong,
                facts.republished,
                facts.recognized,
                facts.refused,
                sum(subscriber -> subscriber.recoveries),
                sum(Subscriber::told),
                sum(subscriber -> subscriber.gaps),
                sum(subscriber -> subscriber.late),
                sum(subscriber -> subscriber.dropped),
                Collections.unmodifiableSortedMap(faults),
                violations.first());
    }

    private int sum(ToIntFunction<Subscriber> count) {
        return subscribers.values().stream().mapToInt(count).sum();
    }
}
