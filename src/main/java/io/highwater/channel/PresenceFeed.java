package io.highwater.channel;

import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the subscribers of a channel that ask for it who comes and goes. Exists while there are
 * such. Confined to the shard's thread.
 */
final class PresenceFeed<F> {
    // Changes gather during a round. Rounds end at least PAUSE apart, so a subscriber gets at most
    // two events per second, however many come and go. A round tells the difference between its
    // begin and its end: a seat that came and went in between is in neither list. Of those that
    // came, the seats are kept; of those that went, the names that will be listed.
    //
    // A subscriber that is new, or could not take an event, is told all that are there at the end
    // of a round. From then on it is told the changes.

    /** At least this long between the ends of two rounds. */
    static final Duration PAUSE = Duration.ofMillis(500);

    /** After a quiet time, what comes at about the same time is told together. */
    static final Duration GATHER = Duration.ofMillis(100);

    /** The most names in a list of a change. */
    static final int LISTED = 100;

    /** Heap of itself 80, its timer 40, two sets 256, and a list 24, which are empty. */
    static final int BYTES = 400;

    /** Heap of a place in a set. */
    private static final int PLACE_BYTES = 16;

    /** Heap of a place in the list, without the name. */
    private static final int NAME_BYTES = 8;

    private final HubChannel<F> channel;
    private final HubShard<F> shard;
    private final Seats<F> seats;
    private final Book names;
    private final int mostNames;
    private final int listed;
    private final RoundEnd end = new RoundEnd();

    /** Seats that are to be told all. */
    private final Set<Seat<F>> newcomers = Collections.newSetFromMap(new IdentityHashMap<>(2));

    /** Seats that came in this round. */
    private final Set<Seat<F>> came = Collections.newSetFromMap(new IdentityHashMap<>(2));

    /** Of seats that went, at most {@link #listed}. */
    private final List<String> leftNames = new ArrayList<>(0);

    /** How many that were there before this round went. */
    private int left;

    /** Seats whose subscribers ask. */
    private int watchers;

    private boolean scheduled;

    /** When the last round ended, by the wheel. */
    private long endedNanos;

    private long chargedBytes;

    PresenceFeed(HubChannel<F> channel, HubShard<F> shard, Seats<F> seats) {
        this.channel = channel;
        this.shard = shard;
        this.seats = seats;
        this.names = shard.names;
        this.mostNames = shard.mostNames;
        this.listed = Math.min(LISTED, mostNames / 2);
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

    boolean isWatched() {
        return watchers > 0;
    }

    /** A seat is new. */
    void joined(Seat<F> seat) {
        add(came, seat);
        if (seat.subscriber.watchesPresence()) {
            watchers++;
        }
        schedule();
    }

    /** The seat's subscriber was told that it is subscribed, so it may be told more. */
    void answered(Seat<F> seat) {
        if (seat.subscriber.watchesPresence()) {
            add(newcomers, seat);
            schedule();
        }
    }

    private void add(Set<Seat<F>> set, Seat<F> seat) {
        if (set.add(seat)) {
            charge(PLACE_BYTES);
        }
    }

    private boolean remove(Set<Seat<F>> set, Seat<F> seat) {
        boolean removed = set.remove(seat);
        if (removed) {
            charge(-PLACE_BYTES);
        }
        return removed;
    }

    /** A seat is there no more. */
    void left(Seat<F> seat) {
        if (seat.subscriber.watchesPresence()) {
            watchers--;
            remove(newcomers, seat);
        }
        if (remove(came, seat)) {
            return;
        }
        left++;
        if (leftNames.size() < listed) {
            String client = seat.subscriber.client();
            leftNames.add(client);
            charge(NAME_BYTES + HeapBytes.of(client));
        }
        schedule();
    }

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
        PresenceEvent change = change();
        nextRound();
        List<Seat<F>> untold = change == null ? List.of() : tellChange(change);
        if (!newcomers.isEmpty()) {
            tellAll();
        }
        untold.forEach(seat -> add(newcomers, seat));
        if (!newcomers.isEmpty()) {
            schedule();
        }
    }

    private void nextRound() {
        charge(-PLACE_BYTES * (long) came.size());
        came.clear();
        left = 0;
        for (String name : leftNames) {
            charge(-NAME_BYTES - HeapBytes.of(name));
        }
        leftNames.clear();
    }

    /** What this round brought; null if that is nothing. */
    private @Nullable PresenceEvent change() {
        Map<String, Integer> gone = new HashMap<>();
        for (String name : leftNames) {
            gone.merge(name, 1, Integer::sum);
        }
        List<String> arrived = new ArrayList<>();
        int cameBack = 0;
        for (String name : newNames()) {
            Integer times = gone.get(name);
            if (times == null) {
                arrived.add(name);
            } else {
                cameBack++;
                gone.put(name, times == 1 ? null : times - 1);
            }
        }
        List<String> went = new ArrayList<>();
        gone.forEach(
                (name, times) -> went.addAll(Collections.nCopies(times == null ? 0 : times, name)));
        Members in = new Members(came.size() - cameBack, arrived);
        Members out = new Members(left - cameBack, went);
        return in.isEmpty() && out.isEmpty()
                ? null
                : new PresenceEvent(channel.name, false, seats.size(), in, out);
    }

    /** Of the seats that came in this round, as many as may be listed. */
    private List<String> newNames() {
        List<String> found = new ArrayList<>();
        Iterator<Seat<F>> seat = came.iterator();
        while (found.size() < listed && seat.hasNext()) {
            found.add(seat.next().subscriber.client());
        }
        return found;
    }

    /** Returns the seats whose subscribers did not take it. */
    private List<Seat<F>> tellChange(PresenceEvent change) {
        F frame = frame(change);
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

    private void tellAll() {
        F frame = frame(all());
        for (Seat<F> seat : List.copyOf(newcomers)) {
            if (offered(seat, frame)) {
                remove(newcomers, seat);
            }
        }
    }

    /** Null if it cannot be made: then nobody is told, and all are told anew later. */
    private @Nullable F frame(PresenceEvent event) {
        try {
            return shard.frames.presence(event, shard.ticker.nanoTime());
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

    private PresenceEvent all() {
        int size = seats.size();
        int most = size <= mostNames ? size : listed;
        List<String> clients = new ArrayList<>(most);
        for (int i = 0; i < most; i++) {
            clients.add(seats.get(i).subscriber.client());
        }
        return new PresenceEvent(
                channel.name, true, size, new Members(size, clients), Members.NONE);
    }

    /** Nobody asks any more. */
    void close() {
        scheduled = false;
        shard.wheel.cancel(end);
        charge(-chargedBytes);
    }
}
