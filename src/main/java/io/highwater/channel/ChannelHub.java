package io.highwater.channel;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All channels of a node. Thread-safe; no method blocks.
 *
 * <p>A publication reaches every subscriber that was told {@link Subscriber#onSubscribed} before
 * {@link #publish} was called.
 */
public final class ChannelHub<F> implements Presence, OtherNodesListener, AutoCloseable {
    private static final Duration RETRY_AFTER_BACKLOG = Duration.ofMillis(250);

    // Heap that a command takes until its shard runs it, without the strings in it.

    /** The command, its place in the mailbox, and the subscriber. */
    private static final int SUBSCRIBE_BYTES = 128;

    /** The same, with the future that receives the answer. */
    private static final int QUESTION_BYTES = 256;

    /** A question, plus the subscription that the channel still holds, uncharged to its session. */
    private static final int UNSUBSCRIBE_BYTES = QUESTION_BYTES + 120;

    /** One position of a cursor, without the name of its origin. */
    private static final int CURSOR_BYTES = 56;

    private final Backbone backbone;
    private final History history;
    private final Relay relay;
    private final FrameFactory<F> frames;
    private final Pieces<F> pieces;
    private final Ticker ticker;
    private final ChannelObserver observer;
    private final Failures failures;
    private final List<HubShard<F>> shards;
    private volatile boolean closed;

    /**
     * A hub without an archive, without write bursts, and without a limit on the memory of
     * channels.
     */
    public ChannelHub(
            Backbone backbone,
            FrameFactory<F> frames,
            List<? extends Executor> shards,
            long backlogBytes,
            ChannelObserver observer) {
        this(
                backbone,
                History.of(backbone),
                Relay.NONE,
                frames,
                PieceSize.WHOLE,
                backlogBytes,
                HubNode.unbounded(shards, observer));
    }

    /**
     * @param history of the backbone's log
     * @param relay for the channels that are no log
     * @param pieces how much of its missed entries a subscriber is handed at once
     * @param backlogBytes how many bytes of entries may wait for the fan-out in all shards together
     *     before publishes are refused. For publishers without an address, one shard alone may have
     *     four fifths of that; others share it by address ({@link BacklogPublishers}). Waiting
     *     entries are counted as in the rings, which mostly hold them too
     */
    public ChannelHub(
            Backbone backbone,
            History history,
            Relay relay,
            FrameFactory<F> frames,
            PieceSize pieces,
            long backlogBytes,
            HubNode node) {
        this.backbone = backbone;
        this.history = history;
        this.relay = relay;
        this.frames = frames;
        this.pieces = new Pieces<>(history, frames, pieces, node.sending());
        this.ticker = node.ticker();
        this.observer = node.observer();
        this.failures = new Failures(observer, node.logs());
        Iterator<UndeliveredBytes> undelivered =
                UndeliveredBytes.share(backlogBytes, node.shards().size()).iterator();
        List<HubShard<F>> made = new ArrayList<>(node.shards().size());
        for (Executor executor : node.shards()) {
            made.add(
                    new HubShard<>(
                            backbone,
                            history,
                            frames,
                            pieces,
                            executor,
                            undelivered.next(),
                            node,
                            failures));
        }
        this.shards = List.copyOf(made);
    }

    /**
     * Whether as many entries wait for the fan-out as may. A log that brings entries of other nodes
     * should bring no more until it has caught up.
     */
    public boolean isBehind() {
        return shards.get(0).undelivered.isFull();
    }

    /**
     * Appends to the log, which delivers the entry to all subscribers; in an ephemeral channel,
     * delivers it without a log. Fails with {@link UnavailableException} if the log cannot be
     * reached or the fan-out is too far behind.
     */
    public CompletionStage<Appended> publish(Draft draft) {
        UndeliveredBytes undelivered = shard(draft.channel()).undelivered;
        if (!undelivered.admits(draft.payer(), UndeliveredBytes.bytes(draft))) {
            refused(draft.channel());
            return CompletableFuture.failedFuture(
                    new UnavailableException("the fan-out is too far behind", RETRY_AFTER_BACKLOG));
        }
        if (Ephemeral.isEphemeral(draft.channel())) {
            return CompletableFuture.completedFuture(hand(draft));
        }
        // The returned stage completes after the publication is counted.
        return backbone.append(draft)
                .whenComplete(
                        (appended, failure) -> {
                            if (appended != null && !appended.duplicate()) {
                                published(draft.channel());
                            }
                        });
    }

    /** Of one publisher, one call at a time: so its publications keep their order. */
    private Appended hand(Draft draft) {
        shard(draft.channel()).onEntry(Entry.ephemeral(draft, ticker.nanoTime()));
        try {
            relay.send(draft);
        } catch (RuntimeException | Error e) {
            failures.onFailure("The relay", draft.channel(), e);
        }
        published(draft.channel());
        return Appended.ephemeral();
    }

    /**
     * Delivers what was published on another node in an ephemeral channel; if the fan-out is too
     * far behind, drops it. To be called by one thread at a time for each node that publishes.
     */
    public void relayed(Draft draft) {
        HubShard<F> shard = shard(draft.channel());
        if (shard.undelivered.admits(null, UndeliveredBytes.bytes(draft))) {
            shard.onEntry(Entry.ephemeral(draft, ticker.nanoTime()));
        } else {
            observed(draft.channel(), ChannelObserver::onDropped);
        }
    }

    private void refused(String channel) {
        observed(channel, ChannelObserver::onRefused);
    }

    /** The log has the entry, so its publisher gets an answer even if counting it fails. */
    private void published(String channel) {
        observed(channel, ChannelObserver::onPublished);
    }

    private void observed(String channel, Consumer<ChannelObserver> event) {
        try {
            event.accept(observer);
        } catch (RuntimeException | Error e) {
            failures.onFailure("The observer", channel, e);
        }
    }

    /**
     * Subscribes, and replaces the subscriber's earlier subscription to that channel, if any. The
     * answer is one {@link Subscriber#onSubscribed}. If too many commands wait for the shard, the
     * answer comes at once and the earlier subscription stays.
     *
     * @param limit the most entries that {@link Since.After} may bring, at least 0
     * @param requestId returned in the outcome
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
                                // Whatever failed, the subscriber waits for an answer.
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
     * The next piece for a subscriber that is {@linkplain Subscriber#onBehind behind}. May be
     * called on any thread. Completes when there is room for it.
     *
     * @param after the subscriber has everything up to here
     * @param until the end of the snapshot; null for everything that follows
     */
    public CompletionStage<Missed<F>> after(String channel, Cursor after, @Nullable Cursor until) {
        return until == null
                ? pieces.after(channel, after)
                : pieces.snapshotAfter(channel, after, until);
    }

    /**
     * The same, for when the entries after the cursor were trimmed in the meantime: begins with the
     * oldest entry still kept, if that is later.
     */
    public CompletionStage<Missed<F>> fromOldest(String channel, Cursor after) {
        return pieces.fromOldest(channel, after);
    }

    /**
     * Completes on the shard's thread once this subscription delivers nothing more: with true, or
     * with false if there was no subscription.
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
     * The follower hears of every entry that is appended once the stage has completed. Fails with
     * {@link UnavailableException} if there is no room for another channel.
     */
    public CompletionStage<@Nullable Void> follow(String channel, Follower follower) {
        HubShard<F> shard = shard(channel);
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        boolean waits =
                shard.tryExecute(
                        null,
                        questionBytes(channel),
                        () -> {
                            try {
                                shard.opened(channel, null).follow(follower);
                                done.complete(null);
                            } catch (UnavailableException | RuntimeException | Error e) {
                                done.completeExceptionally(shard.unavailable(channel, e));
                            }
                        });
        if (!waits) {
            done.completeExceptionally(HubShard.tooManyCommands());
        }
        return done;
    }

    /** It may still hear of an entry that is on its way. */
    public void unfollow(String channel, Follower follower) {
        if (closed) {
            return; // It hears no more, and the shards' threads may be gone.
        }
        HubShard<F> shard = shard(channel);
        shard.execute(
                () ->
                        shard.ask(
                                channel,
                                opened -> {
                                    opened.unfollow(follower);
                                    return true;
                                },
                                false));
    }

    /**
     * The newest entry of each key, oldest first, as {@link Since.Latest} brings them; never {@link
     * Unreadable}.
     */
    public CompletionStage<ReadResult> latest(String channel) {
        return SnapshotRead.of(history, channel, null, null);
    }

    /** The entries of a channel after a cursor, as {@link History#readAfter}. */
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit) {
        return history.readAfter(channel, after, limit);
    }

    // Of an ephemeral channel nothing is kept, so all of its history is an empty page.

    /**
     * The entries kept of a channel after a cursor, oldest first. If some of them are no longer
     * kept, or the cursor belongs to a generation of which nothing is, the page begins with the
     * oldest entry that is kept.
     *
     * @param after null begins with the oldest entry kept
     * @param limit the most entries to return, at least 0
     */
    public CompletionStage<HistoryPage> history(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        if (Ephemeral.isEphemeral(channel)) {
            return nothing();
        }
        return history.readAfter(channel, after, limit, payer)
                .thenCompose(
                        read ->
                                after != null
                                                && read instanceof Unreadable unreadable
                                                && mayHaveLater(unreadable, after)
                                        ? history.readAfter(channel, null, limit, payer)
                                        : CompletableFuture.completedFuture(read))
                .thenApply(ChannelHub::page);
    }

    /**
     * The entries kept of a channel that were appended at an instant or later, oldest first.
     *
     * @param limit the most entries to return, at least 0
     */
    public CompletionStage<HistoryPage> historyFrom(
            String channel, Instant instant, int limit, @Nullable Payer payer) {
        if (Ephemeral.isEphemeral(channel)) {
            return nothing();
        }
        return history.at(channel, instant, payer)
                .thenCompose(before -> history(channel, before, limit, payer));
    }

    /**
     * The entries kept of a channel before a cursor, newest first.
     *
     * @param before null begins with the newest entry
     * @param limit the most entries to return, at least 1
     */
    public CompletionStage<HistoryPage> historyBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        if (Ephemeral.isEphemeral(channel)) {
            return nothing();
        }
        return history.readBefore(channel, before, limit, payer).thenApply(ChannelHub::page);
    }

    private static CompletionStage<HistoryPage> nothing() {
        return CompletableFuture.completedFuture(new HistoryPage(List.of(), true));
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

    /** Covers this node only. Fails if too many commands wait for the shard. */
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

    // What other nodes ask and tell.

    @Override
    public void onObserved(long node, String channel) {
        HubShard<F> shard = shard(channel);
        shard.execute(() -> shard.observed(node, channel));
    }

    @Override
    public void onUnobserved(long node, String channel) {
        HubShard<F> shard = shard(channel);
        shard.execute(() -> shard.unobserved(node, channel));
    }

    @Override
    public void onUnobservedAll(long node) {
        shards.forEach(shard -> shard.execute(() -> shard.unobservedAll(node)));
    }

    @Override
    public void onAll(long node, String channel, Members all) {
        HubShard<F> shard = shard(channel);
        shard.execute(() -> shard.told(channel, feed -> feed.all(node, all)));
    }

    @Override
    public void onChange(long node, String channel, int count, Members joined, Members left) {
        HubShard<F> shard = shard(channel);
        shard.execute(() -> shard.told(channel, feed -> feed.changed(node, count, joined, left)));
    }

    @Override
    public void onGone(long node) {
        shards.forEach(shard -> shard.execute(() -> shard.gone(node)));
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
     * Ends all subscriptions and accepts no new ones. Only subscribers that still wait for an
     * answer to a subscribe are told. Does not close the backbone; the shards' threads must still
     * run.
     */
    @Override
    public void close() {
        closed = true;
        shards.forEach(shard -> shard.execute(shard::close));
    }

    private HubShard<F> shard(String channel) {
        int hash = channel.hashCode();
        return shards.get(Math.floorMod(hash ^ (hash >>> 16), shards.size()));
    }
}
