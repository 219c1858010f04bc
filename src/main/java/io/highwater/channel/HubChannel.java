package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.UnavailableException;
import io.highwater.channel.SubscribeOutcome.Failed;
import io.highwater.channel.SubscribeOutcome.NotRecovered;
import io.highwater.channel.SubscribeOutcome.Recovered;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.ResumeFailure;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A channel that has subscribers on this node. Confined to the shard's thread. */
final class HubChannel<F> {
    // The seam. The log is followed before anything is read, so a read whose top is T misses
    // nothing: every entry after T was appended after follow() and comes in a turn, sooner or
    // later. What a turn brings up to T the reader has been served already. Therefore each seat has
    // a floor, T, and of each turn it takes what lies above. A turn that comes while its read is
    // out waits, and is then cut at the floor like any other.
    //
    // Who wants live messages alone needs a floor too, to be told a cursor that is exact. Once a
    // read has been answered the channel knows one, its top: the highest T so far or the last entry
    // of a turn, whichever is later; all that is after it is still to come in a turn.
    //
    // Nothing is concluded from the turns before a read: an entry that was under way when a former
    // follower left may come first, with others missing behind it.

    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(1);

    /**
     * What one takes of the heap without its seats and its name, which is the log's too: 56 with
     * its last position's 40, its place in the map, an empty {@link Seats} of 56, and its factory
     * of frames with what is compressed for all, 64.
     */
    static final int BYTES = 216 + HeapBytes.MAP_ENTRY;

    final String name;

    /** For whom it is kept: who subscribed first. */
    final @Nullable Payer payer;

    private final HubShard<F> shard;
    private final FrameFactory<F> frames;
    private final Seats<F> seats = new Seats<>();

    /** Since the last turn; null while there is nothing. */
    private @Nullable List<Entry> gathered;

    private long gatheredBytes;

    /** What is shared of the reads since the last turn, or null. */
    private @Nullable SharedReads<F> reads;

    /** The last entry of all turns, for each origin. */
    private @Nullable Cursor heard;

    /** Null until a read is answered. */
    private @Nullable Cursor top;

    HubChannel(String name, HubShard<F> shard, @Nullable Payer payer) {
        this.name = name;
        this.payer = payer;
        this.shard = shard;
        this.frames = shard.frames.ofChannel();
    }

    boolean isUnused() {
        return seats.isEmpty();
    }

    /** Nobody subscribes any more. */
    void release() {
        frames.release();
    }

    /** Whether there is something since the last turn. */
    boolean isGathering() {
        return gathered != null;
    }

    /** Where it throws, the entry is not among those of the turn. */
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

    /** Ends the turn: all that was gathered goes to all subscribers. */
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
        try {
            for (Entry entry : entries) {
                if (!entry.late()) {
                    passed(entry.position());
                }
            }
            List<Publication<F>> publications = publications(entries);
            delivered = publications.size();
            if (delivered > 0) {
                fanOut(new Turn<>(name, publications));
            }
        } finally {
            // Whatever became of it: what waits no more is not undelivered.
            shard.delivered(delivered, seats.size(), bytes);
        }
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

    private void fanOut(Turn<F> turn) {
        for (int i = 0; i < seats.size(); i++) {
            try {
                seats.get(i).onTurn(turn);
            } catch (RuntimeException | Error e) {
                shard.failures.onFailure("A subscriber", name, e);
            }
        }
    }

    /** What comes next follows {@code to}, whatever came before. */
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
        if (since instanceof Since.Live && top != null) {
            tell(seat, new Recovered(name, requestId, top));
            live(seat, top);
        } else {
            catchUp(seat, since, limit, requestId);
        }
    }

    private void catchUp(Seat<F> seat, Since since, int limit, int requestId) {
        seat.await(requestId);
        if (reads == null) {
            reads = new SharedReads<>(name, shard.history, shard.frames);
            shard.shares(this);
        }
        SharedRead<F> read;
        try {
            read = reads.ask(since, limit);
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

    /** What subscribers of this pass share is let go. */
    void unshare() {
        reads = null;
    }

    private void answered(Seat<F> seat, SharedRead<F> read) {
        Integer requestId = seat.awaitedRequest();
        if (requestId == null || seats.find(seat.subscriber) != seat) {
            return; // It was ended meanwhile, and told so.
        }
        deliver();
        Cursor served;
        ResumeFailure refusal;
        Missed<F> missed;
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

    private void recover(Subscriber<F> subscriber, SharedRead<F> read, Missed<F> missed) {
        subscriber.onTurn(read.turn(name, missed), read.kind());
        if (!missed.isLast()) {
            subscriber.onBehind(missed.reached(), missed.top(), read.kind());
        }
    }

    /** All subscribers of a quiet channel share one position. */
    private Cursor shared(Cursor served) {
        Cursor known = top;
        return known != null && known.equals(served) ? known : served;
    }

    private void live(Seat<F> seat, Cursor served) {
        for (Turn<F> waited : seat.live(served)) {
            guarded(() -> seat.onTurn(waited));
        }
        seat.settle(heard);
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

    /** Who still waits for an answer to a subscribe has it, the others hear nothing. */
    void endAll() {
        while (!seats.isEmpty()) {
            end(seats.get(seats.size() - 1), "the node is stopping");
        }
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
