package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.UnavailableException;
import io.highwater.channel.SubscribeOutcome.Failed;
import io.highwater.channel.SubscribeOutcome.NotRecovered;
import io.highwater.channel.SubscribeOutcome.Recovered;
import io.highwater.channel.SubscribeOutcome.Unkept;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.ResumeFailure;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A channel that has subscribers on this node. Confined to the shard's thread. */
final class HubChannel<F> {
    // How a read and the live turns are joined without a gap or a repeat. The channel follows the
    // log before it reads anything, so a read whose top is T misses nothing: every entry after T
    // was appended after follow() and comes in a later turn. Entries up to T that a turn brings
    // were already in the read. Therefore each seat has a floor, T, and takes only the part of each
    // turn that lies above it. A turn that comes while the seat's read is pending waits, and is
    // then cut at the floor like any other. Until then it counts as undelivered; if too much does,
    // the reads are given up.
    //
    // A subscriber that wants only live messages needs a floor too, because it must be told an
    // exact cursor. Once a read has been answered, the channel knows such a cursor, its top: the
    // highest T so far or the last entry of a turn, whichever is later. Every entry after the top
    // is still to come in a turn.
    //
    // The turns before the first read say nothing about the top: an entry that was under way when a
    // former follower left may come first, with the entries after it missing.

    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(1);

    /**
     * Heap that one channel takes without its seats and its name: the object 64 and its last
     * position 40, its place in the map, an empty {@link Seats} 56, and its frame factory with the
     * state of the shared compression 64.
     */
    private static final int BYTES = 224 + HeapBytes.MAP_ENTRY;

    final String name;

    /** The address the channel is charged to: that of its first subscriber. */
    final @Nullable Payer payer;

    private final HubShard<F> shard;
    private final FrameFactory<F> frames;
    private final Seats<F> seats = new Seats<>();

    /** Of the application on this node; they hear of entries and have no seats. */
    private List<Follower> followers = List.of();

    /** Null if nobody asks who comes and goes. */
    private @Nullable PresenceFeed<F> feed;

    /** Entries since the last turn; null if there are none. */
    private @Nullable List<Entry> gathered;

    private long gatheredBytes;

    /** The shared reads since the last turn, or null. */
    private @Nullable SharedReads<F> reads;

    /** The last position that any turn brought, for each origin. */
    private @Nullable Cursor heard;

    /** See the comment at the top; null until a read is answered. */
    private @Nullable Cursor top;

    HubChannel(String name, HubShard<F> shard, @Nullable Payer payer) {
        this.name = name;
        this.payer = payer;
        this.shard = shard;
        this.frames = shard.frames.ofChannel();
    }

    /**
     * Heap that a channel takes without its seats. Only the log pays for a name that it has, too.
     */
    static long bytes(String name) {
        return BYTES + (Ephemeral.isEphemeral(name) ? HeapBytes.of(name) : 0);
    }

    boolean isUnused() {
        return seats.isEmpty() && followers.isEmpty() && (feed == null || !feed.isHeld());
    }

    /** Called when it is no longer used. */
    void release() {
        if (feed != null) {
            feed.close();
            feed = null;
        }
        frames.release();
    }

    /** Whether entries came since the last turn. */
    boolean isGathering() {
        return gathered != null;
    }

    /** Adds an entry to the turn. If it throws, the entry is not in the turn. */
    void gather(Entry entry) {
        List<Entry> entries = gathered == null ? new ArrayList<>(4) : gathered;
        entries.add(entry);
        gathered = entries;
        gatheredBytes += UndeliveredBytes.bytes(entry);
    }

    boolean isTurnFull() {
        return gathered != null
                && (gathered.size() >= HubShard.TURN_PUBLICATIONS
                        || gatheredBytes >= HubShard.TURN_BYTES);
    }

    /** Ends the turn: delivers all gathered entries to all subscribers. */
    void deliver() {
        List<Entry> entries = gathered;
        if (entries == null) {
            return;
        }
        long bytes = gatheredBytes;
        gathered = null;
        gatheredBytes = 0;
        reads = null;
        int delivered = 0;
        WaitingTurn<F> waiting = null;
        try {
            for (Entry entry : entries) {
                if (!entry.late() && !entry.isEphemeral()) {
                    passed(entry.position());
                }
            }
            tellFollowers(entries);
            if (!seats.isEmpty()) {
                List<Publication<F>> publications = publications(entries);
                delivered = publications.size();
                if (delivered > 0) {
                    Turn<F> turn = new Turn<>(name, publications);
                    waiting = new WaitingTurn<>(turn, bytes, shard.undelivered);
                    fanOut(turn, waiting);
                }
            }
        } finally {
            // Even if the delivery failed, these entries no longer wait, but where a read is
            // pending.
            boolean held = waiting != null && waiting.isHeld();
            shard.delivered(delivered, seats.size(), held ? 0 : bytes);
            if (held && shard.undelivered.isCrowded()) {
                giveUpReads();
            }
        }
    }

    private void tellFollowers(List<Entry> entries) {
        if (followers.isEmpty()) {
            return;
        }
        List<Entry> shared = Collections.unmodifiableList(entries);
        for (Follower follower : followers) {
            guarded(() -> follower.onEntries(shared));
        }
    }

    /** The follower hears of every entry that is appended from now on. */
    void follow(Follower follower) {
        deliver();
        List<Follower> more = new ArrayList<>(followers);
        more.add(follower);
        followers = List.copyOf(more);
    }

    void unfollow(Follower follower) {
        followers = followers.stream().filter(other -> other != follower).toList();
    }

    private List<Publication<F>> publications(List<Entry> entries) {
        List<Publication<F>> made = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            try {
                made.add(new Publication<>(entry, frames.frame(entry)));
            } catch (RuntimeException | Error e) {
                shard.failures.onFailure("The frame factory", name, e);
            }
        }
        return made;
    }

    private void fanOut(Turn<F> turn, WaitingTurn<F> waiting) {
        for (int i = 0; i < seats.size(); i++) {
            Seat<F> seat = seats.get(i);
            try {
                if (seat.awaitedRequest() != null) {
                    seat.hold(waiting);
                } else {
                    seat.onTurn(turn);
                }
            } catch (RuntimeException | Error e) {
                shard.failures.onFailure("A subscriber", name, e);
            }
        }
    }

    /** Their subscribers ask again, from where they are then. */
    private void giveUpReads() {
        for (int i = seats.size() - 1; i >= 0; i--) {
            Seat<F> seat = seats.get(i);
            if (seat.isHolding()) {
                end(seat, "the channel has too many messages to wait for its history");
            }
        }
        // Not at once: whoever ends this turn may be about to use the channel.
        shard.execute(() -> shard.retireIfUnused(this));
    }

    /** The next entry follows {@code to}, even if entries before it are missing. */
    void pass(Position to) {
        deliver();
        reads = null;
        passed(to);
    }

    private void passed(Position position) {
        heard = heard == null ? position : heard.with(position);
        if (top != null) {
            rise(position);
        }
    }

    private void rise(Cursor cursor) {
        top = top == null ? cursor : top.max(cursor);
    }

    void subscribe(Subscriber<F> subscriber, Since since, int limit, int requestId) {
        deliver();
        Seat<F> former = seats.find(subscriber);
        if (former != null) {
            end(former, "replaced by a later subscribe");
        }
        Seat<F> seat = new Seat<>(subscriber);
        try {
            seats.add(seat);
        } catch (RuntimeException | Error e) {
            tell(seat, new Failed(name, requestId, shard.unavailable(name, e)));
            shard.retireIfUnused(this);
            return;
        }
        shard.subscriptions(1);
        joined(seat);
        if (Ephemeral.isEphemeral(name)) {
            // There is nothing to read, so turns are due at once, whole.
            tell(seat, new Unkept(name, requestId, !(since instanceof Since.Live)));
            answered(seat);
        } else if (since instanceof Since.Live && top != null) {
            tell(seat, new Recovered(name, requestId, top));
            live(seat, top);
        } else {
            catchUp(seat, since, limit, requestId);
        }
    }

    private void joined(Seat<F> seat) {
        if (feed == null && (seat.subscriber.watchesPresence() || shard.observers.has(name))) {
            feed = new PresenceFeed<>(this, shard, seats);
        }
        if (feed != null) {
            feed.joined(seat);
        }
    }

    private void answered(Seat<F> seat) {
        if (feed != null) {
            feed.answered(seat);
        }
    }

    private void left(Seat<F> seat) {
        if (feed != null) {
            feed.left(seat);
            closeUnneeded();
        }
    }

    private void closeUnneeded() {
        if (feed != null && !feed.isNeeded()) {
            feed.close();
            feed = null;
        }
    }

    /** Another node asks who is here. */
    void observed(long node) {
        if (feed == null) {
            feed = new PresenceFeed<>(this, shard, seats);
        }
        feed.observed(node);
    }

    /** Another node, which is no observer any more, asks no more. */
    void unobserved(long node) {
        if (feed != null) {
            feed.unobserved(node);
            closeUnneeded();
        }
    }

    /** What another node tells of this channel; null if nobody asks. */
    @Nullable PresenceFeed<F> feed() {
        return feed;
    }

    private void catchUp(Seat<F> seat, Since since, int limit, int requestId) {
        seat.await(requestId);
        if (reads == null) {
            reads = new SharedReads<>(name, shard.history, shard.frames);
            shard.shares(this);
        }
        SharedRead<F> read;
        try {
            read = reads.ask(since, limit, seat.subscriber.payer());
        } catch (RuntimeException | Error e) {
            failed(seat, requestId, e);
            return;
        }
        if (read.read.isDone()) {
            answered(seat, read);
        } else {
            var unused =
                    read.read.whenComplete(
                            (result, failure) -> shard.execute(() -> answered(seat, read)));
        }
    }

    /** Drops the reads that the subscribers of this pass share. */
    void unshare() {
        reads = null;
    }

    private void answered(Seat<F> seat, SharedRead<F> read) {
        Integer requestId = seat.awaitedRequest();
        if (requestId == null || seats.find(seat.subscriber) != seat) {
            return; // The subscription ended in the meantime, and its subscriber was told.
        }
        deliver();
        Cursor served;
        ResumeFailure refusal;
        FirstPiece<F> missed;
        try {
            ReadResult result = read.result();
            served = shared(result.top());
            refusal = read.refusal(result);
            missed = refusal == null ? read.missed(result, shard.pieces) : null;
        } catch (RuntimeException | Error e) {
            failed(seat, requestId, e);
            return;
        }
        rise(served);
        if (heard != null) {
            rise(heard);
        }
        tell(
                seat,
                refusal == null
                        ? new Recovered(name, requestId, served)
                        : new NotRecovered(name, requestId, refusal, served));
        if (missed != null) {
            guarded(() -> recover(seat.subscriber, read, missed));
        }
        live(seat, served);
        shard.sharesMore(read.takeMadeBytes());
    }

    private void recover(Subscriber<F> subscriber, SharedRead<F> read, FirstPiece<F> missed) {
        subscriber.onTurn(read.turn(name, missed), read.kind());
        if (!missed.isLast()) {
            subscriber.onBehind(missed.reached(), missed.top(), read.kind());
        }
    }

    /** Returns the known top if it is equal, so that subscribers of a quiet channel share it. */
    private Cursor shared(Cursor served) {
        Cursor known = top;
        return known != null && known.equals(served) ? known : served;
    }

    private void live(Seat<F> seat, Cursor served) {
        for (WaitingTurn<F> waited : seat.live(served)) {
            guarded(() -> seat.onTurn(waited.turn));
            waited.release();
        }
        seat.settle(heard);
        answered(seat);
    }

    private void failed(Seat<F> seat, int requestId, Throwable cause) {
        remove(seat);
        tell(seat, new Failed(name, requestId, shard.unavailable(name, cause)));
        shard.retireIfUnused(this);
    }

    boolean unsubscribe(Subscriber<F> subscriber) {
        deliver();
        Seat<F> seat = seats.find(subscriber);
        if (seat == null) {
            return false;
        }
        end(seat, "unsubscribed before it was answered");
        return true;
    }

    /** Tells followers, and subscribers that still wait for an answer; the others are not told. */
    void endAll() {
        while (!seats.isEmpty()) {
            end(seats.get(seats.size() - 1), "the node is stopping");
        }
        for (Follower follower : followers) {
            guarded(follower::onEnded);
        }
        followers = List.of();
    }

    private void end(Seat<F> seat, String why) {
        remove(seat);
        Integer requestId = seat.awaitedRequest();
        if (requestId != null) {
            tell(
                    seat,
                    new Failed(
                            name, requestId, new UnavailableException(why, RETRY_AFTER_FAILURE)));
        }
    }

    private void remove(Seat<F> seat) {
        seats.remove(seat);
        seat.letGo();
        left(seat);
        shard.subscriptions(-1);
    }

    private void tell(Seat<F> seat, SubscribeOutcome outcome) {
        guarded(() -> seat.subscriber.onSubscribed(outcome));
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            shard.failures.onFailure("A subscriber", name, e);
        }
    }

    Occupancy occupancy(int maxClients) {
        deliver();
        Set<String> clients = new TreeSet<>();
        int looked = Math.min(seats.size(), maxClients);
        for (int i = 0; i < looked; i++) {
            clients.add(seats.get(i).subscriber.client());
        }
        return new Occupancy(seats.size(), List.copyOf(clients));
    }
}
