package io.highwater.channel;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of the channels. What happens to them comes through a {@link Mailbox}, in order.
 *
 * <p>The log's events, {@link #execute} and {@link #tryExecute} are for any thread; all else is
 * confined to the shard's.
 */
final class HubShard<F> implements BackboneListener {
    // A turn ends when the mailbox is empty, at a command for its channel, and here: so that a turn
    // fits a socket's buffer and cannot fill a session's queue by itself, and so that who was
    // first into the mailbox does not wait for all that came since.
    static final int TURN_PUBLICATIONS = 64;
    static final long TURN_BYTES = 64 << 10;
    private static final int PASS_ITEMS = 256;

    // Who was written to first need not wait longer than for so many others; and that many are
    // enough to be worth one write a connection.
    private static final int BURST_DELIVERIES = 1_000;

    // A herd that comes back after a while shares no more than a piece; whoever asks for many
    // different things in one pass is to have none of them kept.
    private static final long MOST_SHARED_BYTES = 1 << 20;

    static final String ALL = "all channels of a shard";

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    final History history;
    final FrameFactory<F> frames;
    final PieceSize pieces;
    final Failures failures;
    final UndeliveredBytes undelivered;

    private final Backbone backbone;
    private final ChannelObserver observer;
    private final DeliveryBurst burst;
    private final Book names;

    /** Since the burst began. */
    private int burstDeliveries;

    /** Of Entry and Runnable. */
    private final Mailbox mailbox;

    private final Repairs<F> repairs;

    private final Map<String, HubChannel<F>> channels = new HashMap<>();

    /** Those that gathered something in this pass, and those that share reads. */
    private final List<HubChannel<F>> gathering = new ArrayList<>();

    private final List<HubChannel<F>> sharing = new ArrayList<>();

    /** About what they share since they were told to let go. */
    private long sharedBytes;

    private boolean closed;

    HubShard(
            Backbone backbone,
            History history,
            FrameFactory<F> frames,
            PieceSize pieces,
            Executor executor,
            UndeliveredBytes undelivered,
            DeliveryBurst burst,
            Book names,
            ChannelObserver observer,
            Failures failures) {
        this.backbone = backbone;
        this.history = history;
        this.frames = frames;
        this.pieces = pieces;
        this.burst = burst;
        this.names = names;
        this.observer = observer;
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
            // Without memory it is not in the mailbox.
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
            // Where a core is free this is no pause. Where none is, those who publish go first, and
            // what they have ready joins this turn. Else turns would be the smaller the busier the
            // node is, and each costs a write a subscriber.
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

    /** What is in the mailbox, up to so many items; how many more there might have been. */
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
        } else if (!gather(channel, entry)) {
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

    /** What follows waits until the history has what is missing. */
    private void gap(HubChannel<F> channel, Position from, Position to) {
        try {
            channel.deliver();
            repairs.begin(channel, from, to);
            observer.onGap();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A gap", channel.name, e);
        }
    }

    /** What is missing up to here cannot be had. */
    void lost(HubChannel<F> channel, Position to) {
        try {
            channel.pass(to);
            observer.onLost();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A gap", channel.name, e);
        }
    }

    /** Puts an entry into the channel's turn. False where it could not: then it is in none. */
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
            // A subscribe that ended the turn goes on.
            failures.onFailure("The observer", ALL, e);
        }
        burstDeliveries += subscribers;
        if (burstDeliveries >= BURST_DELIVERIES) {
            burstDeliveries = 0;
            nextBurst();
        }
    }

    /** Whatever is thrown: who leaves at the end of a turn is still to be taken out. */
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

    /** To be told {@link HubChannel#unshare} when this pass ends, or shares much. */
    void shares(HubChannel<F> channel) {
        sharing.add(channel);
    }

    /** So much more was made that a channel shares. */
    void sharesMore(long bytes) {
        sharedBytes += bytes;
        if (sharedBytes > MOST_SHARED_BYTES) {
            unshare();
        }
    }

    /**
     * The channel, followed from now on.
     *
     * @param payer for whom it is kept, if it is new; null where it is nobody's
     * @throws UnavailableException the shard is closed, or there is no room for a new one
     */
    HubChannel<F> opened(String name, @Nullable Payer payer) throws UnavailableException {
        HubChannel<F> channel = channels.get(name);
        if (channel == null) {
            if (closed) {
                throw new UnavailableException("the node is stopping", RETRY_AFTER);
            }
            if (!names.admits(payer, HubChannel.BYTES)) {
                throw noRoom();
            }
            // First, so that nothing is followed for a channel that can't be made.
            channel = new HubChannel<>(name, this, payer);
            if (!backbone.follow(name, this, payer)) {
                throw noRoom();
            }
            channels.put(name, channel);
            names.add(payer, HubChannel.BYTES);
            observed(() -> observer.onChannels(1));
        }
        return channel;
    }

    private static UnavailableException noRoom() {
        return new UnavailableException("there is no room for another channel", RETRY_AFTER);
    }

    /** What whoever asked is told where {@link #tryExecute} was false. */
    static UnavailableException tooManyCommands() {
        return new UnavailableException("too many commands wait", RETRY_AFTER);
    }

    /** What whoever asked for a channel is told. */
    UnavailableException unavailable(String channel, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof UnavailableException known) {
            return known;
        }
        failures.onFailure("A subscribe", channel, failure);
        return new UnavailableException("the channel cannot be read now", RETRY_AFTER);
    }

    /** What a channel says, or what is true of one without subscribers. */
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
        names.add(channel.payer, -HubChannel.BYTES);
        observed(() -> observer.onChannels(-1));
        // It is nobody's any more; who asked for it last gets an answer.
        ended(channel, channel::release);
        ended(channel, () -> backbone.unfollow(channel.name));
    }

    private void ended(HubChannel<F> channel, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            failures.onFailure("The end", channel.name, e);
        }
    }

    /** Of a channel of this shard. */
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
