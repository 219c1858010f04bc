package io.highwater.channel;

import io.highwater.protocol.Since;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A part of the channels. What happens to them comes through a mailbox, in order: entries of the
 * log, and commands. Whoever puts something into the empty mailbox has the shard run.
 *
 * <p>{@link #onEntry}, {@link #onGap} and {@link #execute} are for any thread; all else is confined
 * to the shard's.
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

    private static final String ALL = "all channels of a shard";

    private static final int MAILBOX_CHUNK = 256;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    final Backbone backbone;
    final FrameFactory<F> frames;
    final PieceSize pieces;
    final Failures failures;
    final Backlog backlog;

    private final ChannelObserver observer;
    private final Executor executor;
    private final DeliveryBurst burst;
    private final Book names;

    /** Since the burst began. */
    private int burstDeliveries;

    /** Of Entry and Runnable. */
    private final MpscUnboundedAtomicArrayQueue<Object> mailbox =
            new MpscUnboundedAtomicArrayQueue<>(MAILBOX_CHUNK);

    /** It is charged while it waits; what it makes when it is run may need that room. */
    private record Charged(Book names, @Nullable Payer payer, long bytes, Runnable command)
            implements Runnable {
        @Override
        public void run() {
            names.add(payer, -bytes);
            command.run();
        }
    }

    private enum Run {
        /** Nobody has this shard. */
        IDLE,

        /** The executor has it. Who moved it here handed it over. */
        HANDED,

        /** One thread works on it: what is confined to the shard is that thread's. */
        RUNNING
    }

    private final AtomicReference<Run> run = new AtomicReference<>(Run.IDLE);

    private final Map<String, HubChannel<F>> channels = new HashMap<>();

    /** Those that gathered something in this pass, and those that share reads. */
    private final List<HubChannel<F>> gathering = new ArrayList<>();

    private final List<HubChannel<F>> sharing = new ArrayList<>();

    /** About what they share since they were told to let go. */
    private long sharedBytes;

    private boolean closed;

    HubShard(
            Backbone backbone,
            FrameFactory<F> frames,
            PieceSize pieces,
            Executor executor,
            Backlog backlog,
            DeliveryBurst burst,
            Book names,
            ChannelObserver observer,
            Failures failures) {
        this.backbone = backbone;
        this.frames = frames;
        this.pieces = pieces;
        this.executor = executor;
        this.burst = burst;
        this.names = names;
        this.observer = observer;
        this.failures = failures;
        this.backlog = backlog;
    }

    @Override
    public void onEntry(Entry entry) {
        backlog.add(entry);
        try {
            put(entry);
        } catch (RuntimeException | Error e) {
            // Without memory it is not in the mailbox.
            backlog.remove(Backlog.bytes(entry));
            throw e;
        }
    }

    @Override
    public void onGap(String channel, Position from, Position to) {
        execute(
                () -> {
                    HubChannel<F> followed = channels.get(channel);
                    if (followed != null) {
                        gap(followed, to);
                    }
                });
    }

    void execute(Runnable command) {
        put(command);
    }

    /**
     * The same of what clients ask for, which is charged until its turn. False where there is no
     * room for it.
     *
     * @param payer who asks; null where it is nobody
     */
    boolean tryExecute(@Nullable Payer payer, long bytes, Runnable command) {
        boolean admitted = names.admits(payer, bytes);
        if (admitted) {
            execute(payer, bytes, command);
        }
        return admitted;
    }

    /** The same of what lets go more than it takes, so that it is never refused. */
    void execute(@Nullable Payer payer, long bytes, Runnable command) {
        names.add(payer, bytes);
        try {
            put(new Charged(names, payer, bytes, command));
        } catch (RuntimeException | Error e) {
            // Without memory it is not in the mailbox.
            names.add(payer, -bytes);
            throw e;
        }
    }

    private void put(Object item) {
        mailbox.offer(item);
        if (run.compareAndSet(Run.IDLE, Run.HANDED)) {
            try {
                executor.execute(this::run);
            } catch (RuntimeException | Error e) {
                // What is in the mailbox goes with the next item, if there is a thread for that.
                // Or the executor has the task all the same, which then finds the shard IDLE. Of
                // two tasks one gets it.
                run.compareAndSet(Run.HANDED, Run.IDLE);
                failures.onFailure("The thread", ALL, e);
            }
        }
    }

    /** Whatever is thrown, the next item finds the shard at work. */
    private void run() {
        if (!run.compareAndSet(Run.HANDED, Run.RUNNING)
                && !run.compareAndSet(Run.IDLE, Run.RUNNING)) {
            return;
        }
        do {
            try {
                burst.begin();
                try {
                    pass();
                } finally {
                    burst.end();
                }
            } catch (RuntimeException | Error e) {
                failures.onFailure("A pass", ALL, e);
            } finally {
                run.set(Run.IDLE);
            }
        } while (!mailbox.isEmpty() && run.compareAndSet(Run.IDLE, Run.RUNNING));
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
            backlog.remove(Backlog.bytes(entry));
        } else if (!gather(channel, entry)) {
            backlog.remove(Backlog.bytes(entry));
            gap(channel, entry.position());
        } else if (channel.isTurnFull()) {
            deliver(channel);
        }
    }

    private void deliver(HubChannel<F> channel) {
        try {
            channel.deliver();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A turn", channel.name, e);
        }
    }

    private void gap(HubChannel<F> channel, Position to) {
        try {
            channel.onGap(to);
            observer.onGap();
        } catch (RuntimeException | Error e) {
            failures.onFailure("A gap", channel.name, e);
        }
    }

    /** False where it could not: the entry is lost, which is a gap. */
    private boolean gather(HubChannel<F> channel, Entry entry) {
        try {
            if (!channel.isGathering()) {
                gathering.add(channel);
            }
            channel.gather(entry);
            return true;
        } catch (RuntimeException | Error e) {
            failures.onFailure("An entry", channel.name, e);
            return false;
        }
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
        backlog.remove(bytes);
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
