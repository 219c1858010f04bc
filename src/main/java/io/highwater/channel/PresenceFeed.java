package io.highwater.channel;

import io.highwater.limits.Book;
import io.highwater.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells who comes to a channel and goes: the subscribers that ask, of all nodes; and the other
 * nodes that ask, of this node. Exists while there are such. Confined to the shard's thread.
 */
final class PresenceFeed<F> {
    // Changes gather during a round. Rounds end at least PAUSE apart, so a subscriber gets at most
    // two events per second, however many come and go. A round tells the difference between its
    // begin and its end: a seat that came and went in between is in neither list.
    //
    // A subscriber that is new, or could not take an event, is told all that are there at the end
    // of a round. From then on it is told the changes. The same goes for a node that asks. Since
    // both are told as of the end of a round, adding up what they are told comes out right.

    /** At least this long between the ends of two rounds. */
    static final Duration PAUSE = Duration.ofMillis(500);

    /** After a quiet time, what comes at about the same time is told together. */
    static final Duration GATHER = Duration.ofMillis(100);

    /** The most names in a list of a change. */
    static final int LISTED = 100;

    /** Heap of itself 80, its timer 40, and its round and sets, which are empty, 360. */
    static final int BYTES = 480;

    private final HubChannel<F> channel;
    private final HubShard<F> shard;
    private final Seats<F> seats;
    private final Book names;
    private final int mostNames;
    private final int listed;
    private final RoundEnd end = new RoundEnd();
    private final SeatRound<F> round;

    /** Nodes that ask, and are to be told all. */
    private final Set<Long> newObservers = new HashSet<>(2);

    /** Seats that are to be told all. */
    private final Set<Seat<F>> newcomers = Collections.newSetFromMap(new IdentityHashMap<>(2));

    /** Seats whose subscribers ask. */
    private int watchers;

    /** Null if there are none of these. */
    private @Nullable Elsewhere elsewhere;

    private boolean scheduled;

    /** When the last round ended, by the wheel. */
    private long endedNanos;

    private long chargedBytes;

    /** Nodes that ask already have been told that nobody is here. */
    PresenceFeed(HubChannel<F> channel, HubShard<F> shard, Seats<F> seats) {
        this.channel = channel;
        this.shard = shard;
        this.seats = seats;
        this.names = shard.names;
        this.mostNames = shard.mostNames;
        this.listed = Math.min(LISTED, mostNames / 2);
        this.round = new SeatRound<>(listed, this::charge);
        this.endedNanos = shard.wheel.nowNanos() - PAUSE.toNanos();
        charge(BYTES);
    }

    private void charge(long bytes) {
        chargedBytes += bytes;
        names.add(channel.payer, bytes);
    }

    /** Fires on the timers' thread, and has the shard's thread end the round. */
    private final class RoundEnd extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            shard.execute(PresenceFeed.this::endRound);
        }
    }

    /** Whether anybody asks. */
    boolean isNeeded() {
        return watchers > 0 || shard.observers.has(channel.name);
    }

    /** Whether those that ask are still to be told that the last seat has gone. */
    boolean isHeld() {
        return scheduled;
    }

    // Seats.

    /** A seat is new. */
    void joined(Seat<F> seat) {
        round.joined(seat);
        if (seat.subscriber.watchesPresence()) {
            watchers++;
            if (elsewhere == null) {
                elsewhere = new Elsewhere(shard.others.known(), listed);
                charge(elsewhere.bytes());
                shard.others.watch(channel.name);
            }
        }
        schedule();
    }

    /** The seat's subscriber was told that it is subscribed, so it may be told more. */
    void answered(Seat<F> seat) {
        if (seat.subscriber.watchesPresence()) {
            owe(seat);
            schedule();
        }
    }

    private void owe(Seat<F> seat) {
        if (newcomers.add(seat)) {
            charge(SeatRound.PLACE_BYTES);
        }
    }

    private void settle(Seat<F> seat) {
        if (newcomers.remove(seat)) {
            charge(-SeatRound.PLACE_BYTES);
        }
    }

    /** A seat is there no more. */
    void left(Seat<F> seat) {
        if (seat.subscriber.watchesPresence()) {
            watchers--;
            settle(seat);
            forgetElsewhere();
        }
        if (round.left(seat)) {
            schedule();
        }
    }

    private void forgetElsewhere() {
        if (watchers == 0 && elsewhere != null) {
            charge(-elsewhere.bytes());
            elsewhere = null;
            shard.others.unwatch(channel.name);
        }
    }

    // Other nodes.

    /** A node asks, which is among the observers now. */
    void observed(long node) {
        newObservers.add(node);
        if (!scheduled) {
            tellNewObservers(); // It is as if a round had just ended.
        }
    }

    /** A node asks no more, and is no observer any more. */
    void unobserved(long node) {
        newObservers.remove(node);
    }

    /** These are there on another node. */
    void all(long node, Members all) {
        if (elsewhere != null) {
            long before = elsewhere.bytes();
            if (!elsewhere.all(node, all, this::admits)) {
                oweAll();
            }
            changed(elsewhere, before);
        }
    }

    /** Whoever was told something is to be told all. */
    private void oweAll() {
        for (int i = 0; i < seats.size(); i++) {
            Seat<F> seat = seats.get(i);
            if (seat.awaitedRequest() == null && seat.subscriber.watchesPresence()) {
                owe(seat);
            }
        }
    }

    private boolean admits(long bytes) {
        return names.admits(channel.payer, bytes);
    }

    /** These came and went on another node. */
    void changed(long node, int count, Members in, Members out) {
        if (elsewhere != null) {
            long before = elsewhere.bytes();
            if (!elsewhere.change(node, count, in, out, this::admits)) {
                shard.others.watchAgain(node, channel.name);
            }
            changed(elsewhere, before);
        }
    }

    /** Another node is gone, and is no observer any more. */
    void gone(long node) {
        if (elsewhere != null) {
            long before = elsewhere.bytes();
            elsewhere.gone(node);
            changed(elsewhere, before);
        }
    }

    private void changed(Elsewhere others, long bytesBefore) {
        charge(others.bytes() - bytesBefore);
        if (others.hasChanged() || (others.isKnown() && !newcomers.isEmpty())) {
            schedule();
        }
    }

    // Rounds.

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            long soon = shard.wheel.nowNanos() + GATHER.toNanos();
            long due = endedNanos + PAUSE.toNanos();
            shard.wheel.schedule(end, due - soon > 0 ? due : soon);
        }
    }

    private void endRound() {
        if (!scheduled) {
            return; // It was closed in the meantime.
        }
        scheduled = false;
        endedNanos = shard.wheel.nowNanos();
        NetChange here = round.end();
        tellObservers(here);
        if (elsewhere != null) {
            tellSubscribers(elsewhere, here);
        }
        shard.retireIfUnused(channel);
    }

    private void tellObservers(NetChange here) {
        Set<Long> told = new HashSet<>(shard.observers.of(channel.name));
        told.removeAll(newObservers);
        if (!here.isEmpty() && !told.isEmpty()) {
            shard.others.tellChange(told, channel.name, seats.size(), here.joined(), here.left());
        }
        tellNewObservers();
    }

    private void tellNewObservers() {
        if (!newObservers.isEmpty()) {
            int most = seats.size() <= OtherMembers.MOST_NAMES ? seats.size() : 0;
            Members all = new Members(seats.size(), clients(most));
            for (long node : newObservers) {
                shard.others.tellAll(node, channel.name, all);
            }
            newObservers.clear();
        }
    }

    private void tellSubscribers(Elsewhere others, NetChange here) {
        long before = others.bytes();
        NetChange change = others.take().add(here.joined(), here.left());
        charge(others.bytes() - before);
        List<Seat<F>> untold = change.isEmpty() ? List.of() : tellChange(change);
        if (!newcomers.isEmpty() && others.isKnown()) {
            tellAll(others);
        }
        untold.forEach(this::owe);
        if (!newcomers.isEmpty() && others.isKnown()) {
            schedule();
        }
    }

    /** Returns the seats whose subscribers did not take it. */
    private List<Seat<F>> tellChange(NetChange change) {
        F frame = frame(false, change.joined(), change.left());
        List<Seat<F>> untold = new ArrayList<>(0);
        for (int i = 0; i < seats.size(); i++) {
            Seat<F> seat = seats.get(i);
            if (seat.subscriber.watchesPresence()
                    && seat.awaitedRequest() == null
                    && !newcomers.contains(seat)
                    && !offered(seat, frame)) {
                untold.add(seat);
            }
        }
        return untold;
    }

    private void tellAll(Elsewhere others) {
        int size = seats.size() + others.count();
        int most = size <= mostNames ? size : listed;
        List<String> clients = clients(Math.min(most, seats.size()));
        List<String> more = others.clients();
        clients.addAll(more.subList(0, Math.min(more.size(), most - clients.size())));
        F frame = frame(true, new Members(size, clients), Members.NONE);
        for (Seat<F> seat : List.copyOf(newcomers)) {
            if (offered(seat, frame)) {
                settle(seat);
            }
        }
    }

    private List<String> clients(int most) {
        List<String> clients = new ArrayList<>(most);
        for (int i = 0; i < most; i++) {
            clients.add(seats.get(i).subscriber.client());
        }
        return clients;
    }

    /** Null if it cannot be made: then nobody is told, and all are told anew later. */
    private @Nullable F frame(boolean snapshot, Members in, Members out) {
        int count = seats.size() + (elsewhere == null ? 0 : elsewhere.count());
        try {
            return shard.frames.presence(
                    new PresenceEvent(channel.name, snapshot, count, in, out),
                    shard.ticker.nanoTime());
        } catch (RuntimeException | Error e) {
            shard.failures.onFailure("The frame factory", channel.name, e);
            return null;
        }
    }

    private boolean offered(Seat<F> seat, @Nullable F frame) {
        try {
            return frame != null && seat.subscriber.onPresence(frame);
        } catch (RuntimeException | Error e) {
            shard.failures.onFailure("A subscriber", channel.name, e);
            return false;
        }
    }

    /** Nobody asks any more. */
    void close() {
        scheduled = false;
        shard.wheel.cancel(end);
        watchers = 0;
        forgetElsewhere();
        charge(-chargedBytes);
    }
}
