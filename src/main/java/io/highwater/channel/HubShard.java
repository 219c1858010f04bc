package io.highwater.channel;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One part of the channels. Entries and commands for them arrive in order through a {@link
 * Mailbox}.
 *
 * <p>Any thread may call the {@link BackboneListener} methods, {@link #execute} and {@link
 * #tryExecute}; everything else is confined to the shard's thread.
 */
final class HubShard<F> implements BackboneListener {
    // A turn ends when the mailbox is empty, at a command for its channel, or at these limits. The
    // limits make a turn fit a socket's buffer and keep it from filling a session's queue by
    // itself; and the first item in the mailbox does not wait for everything that came after it.
    static final int TURN_PUBLICATIONS = 64;
    static final long TURN_BYTES = 64 << 10;
    private static final int PASS_ITEMS = 256;

    // The subscriber written to first waits for at most this many other deliveries; and this many
    // are enough to make one write per connection worthwhile.
    private static final int BURST_DELIVERIES = 1_000;

    // Clients that reconnect together after a while share no more than one piece. If clients ask
    // for many different things in one pass, none of them is kept.
    private static final long MOST_SHARED_BYTES = 1 << 20;

    static final String ALL = "all channels of a shard";

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    final History history;
    final FrameFactory<F> frames;
    final PieceSize pieces;
    final Failures failures;
    final UndeliveredBytes undelivered;
    final Book names;
    final TimerWheel wheel;
    final OtherNodes others;
    final Observers observers;
    final Ticker ticker;

    /** The most names in an event of presence. */
    final int mostNames;

    private final Backbone backbone;
    private final ChannelObserver observer;
    private final DeliveryBurst burst;

    /** Deliveries since the burst began. */
    private int burstDeliveries;

    /** Holds Entry and Runnable items. */
    private final Mailbox mailbox;

    private final Repairs<F> repairs;

    private final Map<String, HubChannel<F>> channels = new HashMap<>();

    /** Channels that gathered entries in this pass. */
    private final List<HubChannel<F>> gathering = new ArrayList<>();

    /** Channels that share reads in this pass. */
    private final List<HubChannel<F>> sharing = new ArrayList<>();

    /** Estimated bytes that those channels share since they last dropped their shared reads. */
    private long sharedBytes;

    private boolean closed;

    HubShard(
            Backbone backbone,
            History history,
            FrameFactory<F> frames,
            PieceSize pieces,
            Executor executor,
            UndeliveredBytes undelivered,
            HubNode node,
            Failures failures) {
        this.backbone = backbone;
        this.history = history;
        this.frames = frames;
        this.pieces = pieces;
        this.burst = node.burst();
        this.names = node.names();
        this.wheel = node.wheel();
        this.others = node.others();
        this.observers = new Observers(names);
        this.ticker = node.ticker();
        this.mostNames = node.mostNames();
        this.observer = node.observer();
        this.failures = failures;
        this.undelivered = undelivered;
        this.mailbox = new Mailbox(executor, names, failures, this::burst);
        this.repairs = new Repairs<>(this, history);
    }

    @Override
    public void onEntry(Entry entry) {
        undelivered.add(entry);
        try {
            mailbox.put(entry);
        } catch (RuntimeException | Error e) {
            // Out of memory: the entry is not in the mailbox.
            undelivered.remove(UndeliveredBytes.bytes(entry));
            throw e;
        }
    }

    @Override
    public void onGap(String channel, Position from, Position to) {
        execute(
                () -> {
                    HubChannel<F> followed = channels.get(channel);
                    if (followed != null) {
                        gap(followed, from, to);
                    }
                });
    }

    @Override
    public void onGeneration(String channel, Position base) {
        execute(
                () -> {
                    HubChannel<F> followed = channels.get(channel);
                    if (followed != null && repairs.isUnderWay(followed)) {
                        repairs.await(followed, base);
                    } else if (followed != null) {
                        followed.pass(base);
                    }
                });
    }

    void execute(Runnable command) {
        mailbox.put(command);
    }

    /** As {@link Mailbox#tryPut}. */
    boolean tryExecute(@Nullable Payer payer, long bytes, Runnable command) {
        return mailbox.tryPut(payer, bytes, command);
    }

    /** As {@link Mailbox#put(Payer, long, Runnable)}. */
    void execute(@Nullable Payer payer, long bytes, Runnable command) {
        mailbox.put(payer, bytes, command);
    }

    private void burst() {
        burst.begin();
        try {
            pass();
        } finally {
            burst.end();
        }
    }

    private void pass() {
        int room = take(PASS_ITEMS);
        if (!gathering.isEmpty()) {
            // If a core is free, this does not pause. If none is, the publishing threads run first,
            // and the entries they have ready join this turn. Otherwise turns would get smaller the
            // busier the node is, and each turn costs one write per subscriber.
            Thread.yield();
            take(room);
        }
        for (HubChannel<F> channel : gathering) {
            deliver(channel);
        }
        gathering.clear();
        unshare();
    }

    private void unshare() {
        for (HubChannel<F> channel : sharing) {
            channel.unshare();
        }
        sharing.clear();
        sharedBytes = 0;
    }

    /** Handles up to {@code most} items of the mailbox; returns how much of that limit is left. */
    private int take(int most) {
        for (int room = most; room > 0; room--) {
            Object item = mailbox.poll();
            if (item == null) {
                return room;
            } else if (item instanceof Entry entry) {
                gather(entry);
            } else {
                run((Runnable) item);
            }
        }
        return 0;
    }

    private void gather(Entry entry) {
        HubChannel<F> channel = channels.get(entry.channel());
        if (channel == null) {
            undelivered.remove(UndeliveredBytes.bytes(entry));
        } else if (repairs.isUnderWay(channel)) {
            repairs.await(channel, entry);
        } else if (!gather(channel, entry) && !entry.isEphemeral()) {
            gap(channel, before(entry.position()), entry.position());
        }
    }

    private static Position before(Position position) {
        return new Position(
                position.origin(),
                position.generation(),
                position.shardSequence() - 1,
                position.channelSequence() - 1);
    }

    private void deliver(HubChannel<F> channel) {
        try {
            channel.deliver();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A turn", channel.name, e);
        }
    }

    /** Later entries wait until the missing ones have been read from the history. */
    private void gap(HubChannel<F> channel, Position from, Position to) {
        try {
            channel.deliver();
            repairs.begin(channel, from, to);
            observer.onGap();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A gap", channel.name, e);
        }
    }

    /** The entries missing up to {@code to} cannot be recovered. */
    void lost(HubChannel<F> channel, Position to) {
        try {
            channel.pass(to);
            observer.onLost();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A gap", channel.name, e);
        }
    }

    /** Puts an entry into the channel's turn. False if that failed: then it is in no turn. */
    boolean gather(HubChannel<F> channel, Entry entry) {
        try {
            if (!channel.isGathering()) {
                gathering.add(channel);
            }
            channel.gather(entry);
        } catch (RuntimeException | Error e) {
            undelivered.remove(UndeliveredBytes.bytes(entry));
            failures.onFailure("An entry", channel.name, e);
            return false;
        }
        if (channel.isTurnFull()) {
            deliver(channel);
        }
        return true;
    }

    private void run(Runnable command) {
        try {
            command.run();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A command", "some channel", e);
        }
    }

    /** A channel's turn is over. */
    void delivered(int publications, int subscribers, long bytes) {
        undelivered.remove(bytes);
        try {
            observer.onTurn(publications, subscribers);
        } catch (RuntimeException | Error e) {
            // The turn may have been ended by a subscribe, which must go on.
            failures.onFailure("The observer", ALL, e);
        }
        burstDeliveries += subscribers;
        if (burstDeliveries >= BURST_DELIVERIES) {
            burstDeliveries = 0;
            nextBurst();
        }
    }

    /** Catches every failure, so that the caller can finish its turn. */
    private void nextBurst() {
        try {
            burst.end();
        } catch (RuntimeException | Error e) {
            failures.onFailure("The end of a burst", ALL, e);
        }
        try {
            burst.begin();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A burst", ALL, e);
        }
    }

    /** Has {@link HubChannel#unshare} called when this pass ends or shares too much. */
    void shares(HubChannel<F> channel) {
        sharing.add(channel);
    }

    /** A channel shares so many more bytes. */
    void sharesMore(long bytes) {
        sharedBytes += bytes;
        if (sharedBytes > MOST_SHARED_BYTES) {
            unshare();
        }
    }

    /**
     * Returns the channel. If it is new, makes it and follows its log, if it has one.
     *
     * @param payer the address that a new channel is charged to; null for none
     * @throws UnavailableException the shard is closed, or there is no room for a new channel
     */
    HubChannel<F> opened(String name, @Nullable Payer payer) throws UnavailableException {
        HubChannel<F> channel = channels.get(name);
        if (channel == null) {
            if (closed) {
                throw new UnavailableException("the node is stopping", RETRY_AFTER);
            }
            if (!names.admits(payer, HubChannel.bytes(name))) {
                if (payer != null) {
                    names.settleFull(payer);
                }
                throw noRoom();
            }
            // Made first, so that the log is not followed for a channel that cannot be made.
            channel = new HubChannel<>(name, this, payer);
            if (!Ephemeral.isEphemeral(name) && !backbone.follow(name, this, payer)) {
                throw noRoom();
            }
            channels.put(name, channel);
            names.add(payer, HubChannel.bytes(name));
            observed(() -> observer.onChannels(1));
        }
        return channel;
    }

    private static UnavailableException noRoom() {
        return new UnavailableException("there is no room for another channel", RETRY_AFTER);
    }

    /** The answer to a command that {@link #tryExecute} refused. */
    static UnavailableException tooManyCommands() {
        return new UnavailableException("too many commands wait", RETRY_AFTER);
    }

    /** The answer to a subscribe that failed. */
    UnavailableException unavailable(String channel, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof UnavailableException known) {
            return known;
        }
        failures.onFailure("A subscribe", channel, failure);
        return new UnavailableException("the channel cannot be read now", RETRY_AFTER);
    }

    /** The channel's answer, or {@code otherwise} if it has no subscribers. */
    <T> T ask(String name, Function<HubChannel<F>, T> question, T otherwise) {
        HubChannel<F> channel = channels.get(name);
        if (channel == null) {
            return otherwise;
        }
        T answer = question.apply(channel);
        retireIfUnused(channel);
        return answer;
    }

    void retireIfUnused(HubChannel<F> channel) {
        if (channel.isUnused() && channels.remove(channel.name, channel)) {
            retire(channel);
        }
    }

    private void retire(HubChannel<F> channel) {
        repairs.drop(channel);
        names.add(channel.payer, -HubChannel.bytes(channel.name));
        observed(() -> observer.onChannels(-1));
        // The channel is already removed; a failure here must not keep the last caller from its
        // answer.
        ended(channel, channel::release);
        if (!Ephemeral.isEphemeral(channel.name)) {
            ended(channel, () -> backbone.unfollow(channel.name));
        }
    }

    private void ended(HubChannel<F> channel, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            failures.onFailure("The end", channel.name, e);
        }
    }

    // Presence, as other nodes ask and tell of it.

    /** A node wants to know who is in the channel. */
    void observed(long node, String name) {
        observers.add(node, name);
        HubChannel<F> channel = channels.get(name);
        if (channel == null) {
            others.tellAll(node, name, Members.NONE);
        } else {
            channel.observed(node);
        }
    }

    void unobserved(long node, String name) {
        observers.remove(node, name);
        HubChannel<F> channel = channels.get(name);
        if (channel != null) {
            channel.unobserved(node);
            retireIfUnused(channel);
        }
    }

    void unobservedAll(long node) {
        observers.channels(node).forEach(name -> unobserved(node, name));
    }

    /** Another node tells something of a channel. */
    void told(String name, Consumer<PresenceFeed<F>> news) {
        HubChannel<F> channel = channels.get(name);
        PresenceFeed<F> feed = channel == null ? null : channel.feed();
        if (feed != null) {
            news.accept(feed);
        }
    }

    void gone(long node) {
        unobservedAll(node);
        for (HubChannel<F> channel : channels.values()) {
            PresenceFeed<F> feed = channel.feed();
            if (feed != null) {
                feed.gone(node);
            }
        }
    }

    /** Subscriptions to a channel of this shard came or went. */
    void subscriptions(int change) {
        observed(() -> observer.onSubscriptions(change));
    }

    private void observed(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            failures.onFailure("The observer", ALL, e);
        }
    }

    void close() {
        closed = true;
        List<HubChannel<F>> left = List.copyOf(channels.values());
        channels.clear();
        for (HubChannel<F> channel : left) {
            channel.endAll();
            retire(channel);
        }
    }
}
