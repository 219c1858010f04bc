package io.highwater.channel;

import io.highwater.protocol.Since;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.ResumeFailure;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.UnavailableException;
import io.highwater.channel.SubscribeOutcome.Failed;
import io.highwater.channel.SubscribeOutcome.NotRecovered;
import io.highwater.channel.SubscribeOutcome.Recovered;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
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
    // later. What a turn brings up to T the reader has been served already. Therefore each
    // subscription has a floor, T, and of each turn it takes what lies above. A turn that comes
    // while its read is out waits, and is then cut at the floor like any other.
    //
    // Who wants live messages alone needs a floor too, to be told a cursor that is exact. Once a
    // read has been answered the channel knows one, its top: the highest T so far or the last entry
    // of a turn, whichever is later; all that is after it is still to come in a turn.
    //
    // Nothing is concluded from the turns before a read: an entry that was under way when a former
    // follower left may come first, with others missing behind it.

    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(1);

    /**
     * What one takes of the heap without its subscriptions and its name, which is the log's too: 56
     * with its last position's 40, its place in the map, an empty {@link SubscriptionSet} of 56,
     * and its factory of frames with what is compressed for all, 64.
     */
    static final int BYTES = 216 + HeapBytes.MAP_ENTRY;

    final String name;

    /** For whom it is kept: who subscribed first. */
    final @Nullable Payer payer;

    private final HubShard<F> shard;
    private final FrameFactory<F> frames;
    private final SubscriptionSet<F> subscriptions = new SubscriptionSet<>();

    /** Since the last turn; null while there is nothing. */
    private @Nullable List<Entry> gathered;

    private long gatheredBytes;

    /** What is shared of the reads since the last turn, or null. */
    private @Nullable Catchups<F> catchups;

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
        return subscriptions.isEmpty();
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
        gatheredBytes += Backlog.bytes(entry);
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
        catchups = null;
        int delivered = 0;
        try {
            for (Entry entry : entries) {
                passed(entry.position());
            }
            List<Publication<F>> publications = publications(entries);
            delivered = publications.size();
            if (delivered > 0) {
                fanOut(new Turn<>(name, publications));
            }
        } finally {
            // Whatever became of it: what waits no more is out of the backlog.
            shard.delivered(delivered, subscriptions.size(), bytes);
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
        for (int i = 0; i < subscriptions.size(); i++) {
            try {
                subscriptions.get(i).onTurn(turn);
            } catch (RuntimeException | Error e) {
                shard.failures.onFailure("A subscriber", name, e);
            }
        }
    }

    /** Entries up to {@code to} will never come. */
    void onGap(Position to) {
        deliver();
        catchups = null;
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
        Subscription<F> former = subscriptions.find(subscriber);
        if (former != null) {
            end(former, "replaced by a later subscribe");
        }
        Subscription<F> subscription = new Subscription<>(subscriber);
        try {
            subscriptions.add(subscription);
        } catch (RuntimeException | Error e) {
            tell(subscription, new Failed(name, requestId, shard.unavailable(name, e)));
            shard.retireIfUnused(this);
            return;
        }
        shard.subscriptions(1);
        if (since instanceof Since.Live && top != null) {
            tell(subscription, new Recovered(name, requestId, top));
            live(subscription, top);
        } else {
            catchUp(subscription, since, limit, requestId);
        }
    }

    private void catchUp(Subscription<F> subscription, Since since, int limit, int requestId) {
        subscription.await(requestId);
        if (catchups == null) {
            catchups = new Catchups<>(name, shard.backbone, shard.frames);
            shard.shares(this);
        }
        Catchup<F> catchup;
        try {
            catchup = catchups.ask(since, limit);
        } catch (RuntimeException | Error e) {
            failed(subscription, requestId, e);
            return;
        }
        if (catchup.read.isDone()) {
            answered(subscription, catchup);
        } else {
            var unused =
                    catchup.read.whenComplete(
                            (result, failure) ->
                                    shard.execute(() -> answered(subscription, catchup)));
        }
    }

    /** What subscribers of this pass share is let go. */
    void unshare() {
        catchups = null;
    }

    private void answered(Subscription<F> subscription, Catchup<F> catchup) {
        Integer requestId = subscription.awaitedRequest();
        if (requestId == null || subscriptions.find(subscription.subscriber) != subscription) {
            return; // It was ended meanwhile, and told so.
        }
        deliver();
        Cursor served;
        ResumeFailure refusal;
        Missed<F> missed;
        try {
            ReadResult result = catchup.result();
            served = shared(result.top());
            refusal = catchup.refusal(result);
            missed = refusal == null ? catchup.missed(result, shard.pieces) : null;
        } catch (RuntimeException | Error e) {
            failed(subscription, requestId, e);
            return;
        }
        rise(served);
        if (heard != null) {
            rise(heard);
        }
        tell(
                subscription,
                refusal == null
                        ? new Recovered(name, requestId, served)
                        : new NotRecovered(name, requestId, refusal, served));
        if (missed != null) {
            guarded(() -> recover(subscription.subscriber, catchup, missed));
        }
        live(subscription, served);
        shard.sharesMore(catchup.takeMadeBytes());
    }

    private void recover(Subscriber<F> subscriber, Catchup<F> catchup, Missed<F> missed) {
        subscriber.onTurn(catchup.turn(name, missed), catchup.kind());
        if (!missed.isLast()) {
            subscriber.onBehind(missed.reached(), missed.top(), catchup.kind());
        }
    }

    /** All subscribers of a quiet channel share one position. */
    private Cursor shared(Cursor served) {
        Cursor known = top;
        return known != null && known.equals(served) ? known : served;
    }

    private void live(Subscription<F> subscription, Cursor served) {
        for (Turn<F> waited : subscription.live(served)) {
            guarded(() -> subscription.onTurn(waited));
        }
        subscription.settle(heard);
    }

    private void failed(Subscription<F> subscription, int requestId, Throwable cause) {
        remove(subscription);
        tell(subscription, new Failed(name, requestId, shard.unavailable(name, cause)));
        shard.retireIfUnused(this);
    }

    boolean unsubscribe(Subscriber<F> subscriber) {
        deliver();
        Subscription<F> subscription = subscriptions.find(subscriber);
        if (subscription == null) {
            return false;
        }
        end(subscription, "unsubscribed before it was answered");
        return true;
    }

    /** Who still waits for an answer to a subscribe has it, the others hear nothing. */
    void endAll() {
        while (!subscriptions.isEmpty()) {
            end(subscriptions.get(subscriptions.size() - 1), "the node is stopping");
        }
    }

    private void end(Subscription<F> subscription, String why) {
        remove(subscription);
        Integer requestId = subscription.awaitedRequest();
        if (requestId != null) {
            tell(
                    subscription,
                    new Failed(
                            name, requestId, new UnavailableException(why, RETRY_AFTER_FAILURE)));
        }
    }

    private void remove(Subscription<F> subscription) {
        subscriptions.remove(subscription);
        shard.subscriptions(-1);
    }

    private void tell(Subscription<F> subscription, SubscribeOutcome outcome) {
        guarded(() -> subscription.subscriber.onSubscribed(outcome));
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            shard.failures.onFailure("A subscriber", name, e);
        }
    }

    Presence presence(int maxClients) {
        deliver();
        Set<String> clients = new TreeSet<>();
        int looked = Math.min(subscriptions.size(), maxClients);
        for (int i = 0; i < looked; i++) {
            clients.add(subscriptions.get(i).subscriber.client());
        }
        return new Presence(subscriptions.size(), List.copyOf(clients));
    }
}
