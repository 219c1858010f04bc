package io.highwater.channel;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.Draft;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All channels of a node. Thread-safe; no method blocks.
 *
 * <p>A publish is heard by whoever was told {@link Subscriber#onSubscribed} before it was called.
 */
public final class ChannelHub<F> implements Presence, AutoCloseable {
    private static final Duration RETRY_AFTER_BACKLOG = Duration.ofMillis(250);

    // What a command takes of the heap until its shard comes to it, beside the texts in it.

    /** Itself, its place in the mailbox, and who subscribes. */
    private static final int SUBSCRIBE_BYTES = 128;

    /** The same, with the future that gets its answer. */
    private static final int QUESTION_BYTES = 256;

    /** And what is still in the channel of a subscription that its session pays for no more. */
    private static final int UNSUBSCRIBE_BYTES = QUESTION_BYTES + 120;

    /** A position of a cursor, but for its origin's name. */
    private static final int CURSOR_BYTES = 56;

    private final Backbone backbone;
    private final History history;
    private final FrameFactory<F> frames;
    private final PieceSize pieces;
    private final ChannelObserver observer;
    private final Failures failures;
    private final List<HubShard<F>> shards;

    /**
     * A hub without an archive, whose subscribers' writes leave one by one, and that has room for
     * any channel.
     */
    public ChannelHub(
            Backbone backbone,
            FrameFactory<F> frames,
            List<? extends Executor> shards,
            long backlogBytes,
            ChannelObserver observer) {
        this(
                backbone,
                backbone::readAfter,
                frames,
                PieceSize.WHOLE,
                shards,
                DeliveryBurst.NONE,
                backlogBytes,
                Ledger.unbounded().book(Account.NAMES),
                observer,
                LogLimit.none());
    }

    /**
     * @param history of the backbone's log
     * @param pieces how much of what a subscriber missed it is handed at once
     * @param shards runs a shard's work each, on any thread but the caller's; about one a core
     * @param burst told when a shard delivers to many
     * @param backlogBytes how far the fan-out may be behind, all shards together, until publishes
     *     are refused. Publishers without an address share it by shard: one shard alone gets four
     *     fifths. Once half is used, each address gets a part ({@link BacklogPublishers}). What
     *     waits is counted as in the rings, which mostly hold it too
     * @param names the account of the channels, and of the commands that wait for a shard; where it
     *     is full none begins
     * @param logs bounds what is said of subscribers and others that throw
     */
    public ChannelHub(
            Backbone backbone,
            History history,
            FrameFactory<F> frames,
            PieceSize pieces,
            List<? extends Executor> shards,
            DeliveryBurst burst,
            long backlogBytes,
            Book names,
            ChannelObserver observer,
            LogLimit logs) {
        this.backbone = backbone;
        this.history = history;
        this.frames = frames;
        this.pieces = pieces;
        this.observer = observer;
        this.failures = new Failures(observer, logs);
        Iterator<UndeliveredBytes> undelivered =
                UndeliveredBytes.share(backlogBytes, shards.size()).iterator();
        List<HubShard<F>> made = new ArrayList<>(shards.size());
        for (Executor executor : shards) {
            made.add(
                    new HubShard<>(
                            backbone,
                            history,
                            frames,
                            pieces,
                            executor,
                            undelivered.next(),
                            burst,
                            names,
                            observer,
                            failures));
        }
        this.shards = List.copyOf(made);
    }

    /**
     * Appends to the log, from where all subscribers hear it. Fails with {@link
     * UnavailableException} where the log is out of reach or the fan-out too far behind.
     */
    public CompletionStage<Appended> publish(Draft draft) {
        UndeliveredBytes undelivered = shard(draft.channel()).undelivered;
        if (!undelivered.admits(draft.payer(), UndeliveredBytes.bytes(draft))) {
            refused(draft.channel());
            return CompletableFuture.failedFuture(
                    new UnavailableException("the fan-out is too far behind", RETRY_AFTER_BACKLOG));
        }
        // What is handed on completes after it is counted.
        return backbone.append(draft)
                .whenComplete(
                        (appended, failure) -> {
                            if (appended != null && !appended.duplicate()) {
                                published(draft.channel());
                            }
                        });
    }

    private void refused(String channel) {
        try {
            observer.onRefused();
        } catch (RuntimeException | Error e) {
            failures.onFailure("The observer", channel, e);
        }
    }

    /** The log has it, whether or not it can be counted: its publisher is to hear so. */
    private void published(String channel) {
        try {
            observer.onPublished();
        } catch (RuntimeException | Error e) {
            failures.onFailure("The observer", channel, e);
        }
    }

    /**
     * Subscribes; instead of the subscriber's subscription to that channel so far, if it has one.
     * The answer is one {@link Subscriber#onSubscribed}; at once where too much waits for the
     * shard, and then the subscription so far stays.
     *
     * @param limit how much at most {@link Since.After} may bring, from 0 on
     * @param requestId given back in the outcome
     */
    public void subscribe(
            String channel, Subscriber<F> subscriber, Since since, int limit, int requestId) {
        HubShard<F> shard = shard(channel);
        boolean waits =
                shard.tryExecute(
                        subscriber.payer(),
                        bytes(channel, since),
                        () -> {
                            HubChannel<F> opened;
                            try {
                                opened = shard.opened(channel, subscriber.payer());
                            } catch (UnavailableException | RuntimeException | Error e) {
                                // Whatever it is: who asked waits for an answer.
                                subscriber.onSubscribed(
                                        new SubscribeOutcome.Failed(
                                                channel, requestId, shard.unavailable(channel, e)));
                                return;
                            }
                            opened.subscribe(subscriber, since, limit, requestId);
                        });
        if (!waits) {
            subscriber.onSubscribed(
                    new SubscribeOutcome.Failed(channel, requestId, HubShard.tooManyCommands()));
        }
    }

    private static long bytes(String channel, Since since) {
        long bytes = SUBSCRIBE_BYTES + HeapBytes.of(channel);
        if (since instanceof Since.After after) {
            for (Position position : after.cursor().positions()) {
                bytes += CURSOR_BYTES + HeapBytes.of(position.origin());
            }
        }
        return bytes;
    }

    private static long questionBytes(String channel) {
        return QUESTION_BYTES + HeapBytes.of(channel);
    }

    /**
     * The next piece for a subscriber that is {@linkplain Subscriber#onBehind behind}. May be asked
     * for on any thread.
     *
     * @param after up to where it has all
     * @param until the snapshot's end; null for all that follows
     */
    public CompletionStage<Missed<F>> after(String channel, Cursor after, @Nullable Cursor until) {
        boolean snapshot = until != null;
        return history.readAfter(
                        channel,
                        snapshot ? null : after,
                        snapshot ? Integer.MAX_VALUE : pieces.messages())
                .thenApply(read -> Missed.after(after, until, read, pieces, frames));
    }

    /**
     * The same where what followed was trimmed meanwhile: from the oldest that is kept, if that is
     * later.
     */
    public CompletionStage<Missed<F>> fromOldest(String channel, Cursor after) {
        return history.readAfter(channel, null, pieces.messages())
                .thenApply(read -> Missed.after(after, null, read, pieces, frames));
    }

    /**
     * Completes, on the shard's thread, when nothing more will come of this subscription: true, or
     * false where there was none.
     */
    public CompletionStage<Boolean> unsubscribe(String channel, Subscriber<F> subscriber) {
        HubShard<F> shard = shard(channel);
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.execute(
                subscriber.payer(),
                UNSUBSCRIBE_BYTES + HeapBytes.of(channel),
                () -> ask(shard, channel, opened -> opened.unsubscribe(subscriber), false, done));
        return done;
    }

    /**
     * What is kept of a channel after a cursor. Where some of that is no longer kept, or the cursor
     * is of an older generation, it begins with the oldest that is.
     *
     * @param after null begins with the oldest kept
     * @param limit how many entries at most, from 0 on
     */
    public CompletionStage<HistoryPage> history(String channel, @Nullable Cursor after, int limit) {
        return history.readAfter(channel, after, limit)
                .thenCompose(
                        read ->
                                after != null
                                                && read instanceof Unreadable unreadable
                                                && mayHaveLater(unreadable, after)
                                        ? history.readAfter(channel, null, limit)
                                        : CompletableFuture.completedFuture(read))
                .thenApply(ChannelHub::page);
    }

    private static boolean mayHaveLater(Unreadable unreadable, Cursor after) {
        for (Position top : unreadable.top().positions()) {
            Position own = after.at(top.origin());
            if (own != null && top.isAfter(own)) {
                return true;
            }
        }
        return false;
    }

    private static HistoryPage page(ReadResult read) {
        return read instanceof Slice slice
                ? new HistoryPage(slice.entries(), slice.complete())
                : new HistoryPage(List.of(), true);
    }

    /** Of this node. Fails where too much waits for the shard. */
    @Override
    public CompletionStage<Occupancy> occupancy(
            String channel, int maxClients, @Nullable Payer payer) {
        HubShard<F> shard = shard(channel);
        CompletableFuture<Occupancy> done = new CompletableFuture<>();
        boolean waits =
                shard.tryExecute(
                        payer,
                        questionBytes(channel),
                        () ->
                                ask(
                                        shard,
                                        channel,
                                        opened -> opened.occupancy(maxClients),
                                        new Occupancy(0, List.of()),
                                        done));
        if (!waits) {
            done.completeExceptionally(HubShard.tooManyCommands());
        }
        return done;
    }

    private static <F, T> void ask(
            HubShard<F> shard,
            String channel,
            Function<HubChannel<F>, T> question,
            T otherwise,
            CompletableFuture<T> done) {
        try {
            done.complete(shard.ask(channel, question, otherwise));
        } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
        }
    }

    /**
     * Ends all subscriptions without a word to the subscribers, but for those that wait for an
     * answer, and no new one begins. The backbone is not closed; the threads must still run.
     */
    @Override
    public void close() {
        shards.forEach(shard -> shard.execute(shard::close));
    }

    private HubShard<F> shard(String channel) {
        int hash = channel.hashCode();
        return shards.get(Math.floorMod(hash ^ (hash >>> 16), shards.size()));
    }
}
