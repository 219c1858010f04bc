package io.highwater.backbone.redis;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Level;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.redis.OpenReply.Opened;
import io.highwater.backbone.redis.OpenReply.Unusable;
import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.redis.StreamItem.Unreadable;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one shard, as this node sees it: how far it has read, and the messages that this node
 * appends. Confined to its loop, except where a method says otherwise.
 */
final class RedisShard {
    private static final Logger LOG = LoggerFactory.getLogger(RedisShard.class);

    /** More messages are refused. */
    static final int MOST_WAITING = 1_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private enum State {
        /** Not opened, or its newest entries are being read. */
        STARTING,
        OPEN,
        CLOSED
    }

    private final ShardContext context;
    private final ShardLoop loop;
    private final ShardCalls calls;
    private final PendingBytes pending;
    private final ShardCursor cursor;
    private final ShardPublisher publisher;
    private final Barrier barrier;
    private final AgeMarks ages;
    private final AtomicInteger messages = new AtomicInteger();

    private final IdWaits readers = new IdWaits();

    /** Null if there is no archive. */
    private final @Nullable ShardArchive archive;

    private Runnable wakeReader = () -> {};
    private BooleanSupplier renewReader = () -> false;
    private BooleanSupplier isCutOff = () -> false;

    /** Written on the loop; appends read it. */
    private volatile State state = State.STARTING;

    /** Where the log was at the last check, if the reader was behind. */
    private StreamId behind = StreamId.NONE;

    /** How many entries that is, as the observer was told. */
    private long lag;

    /**
     * @param archive null if there is none
     * @param pending the messages of all shards until they are acknowledged
     */
    RedisShard(
            ShardContext context,
            ShardCalls calls,
            StreamBounds bounds,
            @Nullable ArchiveParts archive,
            PendingBytes pending,
            ShardSink sink) {
        this.context = context;
        this.loop = context.loop();
        this.calls = calls;
        this.pending = pending;
        this.ages = new AgeMarks(bounds.age());
        this.cursor = new ShardCursor(context, sink);
        this.publisher =
                new ShardPublisher(
                        context,
                        calls,
                        bounds.channels(),
                        archive == null ? Level.LOG : Level.DURABLE,
                        this::released,
                        this::awaitArchive,
                        this::findPrimary);
        this.archive = archive == null ? null : archive(archive);
        this.barrier =
                new Barrier(
                        context,
                        cursor,
                        publisher,
                        this.archive == null ? LostEntries.NONE : this.archive,
                        () -> state == State.CLOSED,
                        this::openedAgain);
    }

    private ShardArchive archive(ArchiveParts parts) {
        ShardArchive made =
                new ShardArchive(
                        context,
                        calls,
                        cursor,
                        parts,
                        publisher::awaitsArchive,
                        publisher::archived);
        cursor.alsoTell(made);
        return made;
    }

    private void awaitArchive() {
        if (archive != null) {
            archive.wantAnswer();
        }
    }

    /** The archive has said how far it has the shard; {@link StreamId#NONE} if it has nothing. */
    void archived(StreamId watermark) {
        if (archive != null && state != State.CLOSED) {
            archive.onArchived(watermark);
        }
    }

    /** Null if there is no archive. */
    @Nullable ShardArchive archive() {
        return archive;
    }

    /**
     * Called before the start.
     *
     * @param wake the shard can be read again
     * @param renew the reader's connection does not bring what it should; says whether it is
     *     renewed, and not the node itself that reads on later
     * @param cutOff whether nothing was heard of the shard for long
     */
    void readBy(Runnable wake, BooleanSupplier renew, BooleanSupplier cutOff) {
        wakeReader = wake;
        renewReader = renew;
        isCutOff = cutOff;
    }

    ShardLoop loop() {
        return loop;
    }

    ShardKeys keys() {
        return calls.keys();
    }

    ShardCalls calls() {
        return calls;
    }

    /** The last entry that was read. Thread-safe. */
    StreamId position() {
        return cursor.get();
    }

    /** Whether the reader may read it. */
    boolean isReadable() {
        return state == State.OPEN && !barrier.isUp();
    }

    /**
     * Opens the shard and hands its newest entries to the sink. Thread-safe; called once.
     *
     * @param age entries that are older are not needed
     * @param mostBytes about the most bytes of entries
     */
    CompletionStage<@Nullable Void> start(Duration age, long mostBytes) {
        return CompletableFuture.supplyAsync(this::knownArchived, loop)
                .thenCompose(calls::open)
                .thenCompose(
                        reply -> {
                            if (reply instanceof Opened opened) {
                                return new Filling(calls, age, mostBytes).fill(opened);
                            }
                            return CompletableFuture.failedFuture(
                                    new BackboneStartException(((Unusable) reply).why()));
                        })
                .thenAcceptAsync(this::filled, loop);
    }

    /** A Redis that knows less than the archive has lost data. */
    private StreamId knownArchived() {
        return archive == null ? StreamId.NONE : archive.known();
    }

    private void filled(Filling.Filled filled) {
        if (state == State.CLOSED) {
            return;
        }
        StreamId top = filled.opened().top();
        long now = loop.nowNanos();
        List<Stored> entries = filled.entries();
        cursor.begin(new StreamId(top.generation(), top.sequence() - entries.size()));
        for (Stored entry : entries) {
            long age = Math.max(0, filled.opened().wallMillis() - entry.wallMillis());
            cursor.entry(entry, now - age * NANOS_PER_MILLI, null);
        }
        cursor.pause();
        state = State.OPEN;
        publisher.open(top);
        if (archive != null) {
            archive.start(isCutOff);
        }
        ages.reached(top, now);
        checkLater();
    }

    /** Appends a message. Thread-safe; the stage completes on the loop, or at once if it fails. */
    CompletionStage<Appended> append(Draft draft) {
        if (state == State.CLOSED) {
            return unavailable("the node is stopping");
        }
        if (publisher.isStalled()) {
            context.tell(context.observer()::onRefused);
            return unavailable("the archive cannot be written now");
        }
        if (messages.incrementAndGet() > MOST_WAITING
                || !pending.tryAdd(draft.payer(), Waiting.bytes(draft))) {
            messages.decrementAndGet();
            context.tell(context.observer()::onRefused);
            return unavailable("too many messages wait for the log");
        }
        context.tell(() -> context.observer().onWaiting(1));
        String key = keys().remembered(draft.publisher(), draft.channel(), draft.msgId());
        Waiting message = new Waiting(draft, key, leastGeneration(draft), loop.nowNanos());
        if (!loop.tryExecute(() -> publisher.add(message))) {
            released(message);
            return unavailable("the node is stopping");
        }
        return message.answer;
    }

    private void released(Waiting message) {
        messages.decrementAndGet();
        pending.remove(message.draft.payer(), Waiting.bytes(message.draft));
        context.tell(() -> context.observer().onWaiting(-1));
    }

    static <T> CompletionStage<T> unavailable(String why) {
        return CompletableFuture.failedFuture(unavailability(why));
    }

    static UnavailableException unavailability(String why) {
        // Half of it is random, so that clients do not return all at once.
        Duration retryAfter = Duration.ofMillis(500 + ThreadLocalRandom.current().nextInt(501));
        return new UnavailableException(why, retryAfter);
    }

    private long leastGeneration(Draft draft) {
        Position after = draft.after();
        return after == null || !after.origin().equals(calls.origin()) ? 0 : after.generation();
    }

    /** The connection for appends was replaced. */
    void connected() {
        publisher.connected();
    }

    /** The next items of the stream came, in their order. */
    void read(List<StreamItem> items) {
        long now = loop.nowNanos();
        for (StreamItem item : items) {
            // After a marker the rest is read again, once its generation is open.
            if (isReadable() && item.id().isAfter(cursor.get())) {
                next(item, now);
            }
        }
        cursor.pause();
        if (isReadable()) {
            publisher.reached(cursor.get());
            ages.reached(cursor.get(), now);
        }
        wakeReaders();
    }

    private void next(StreamItem item, long now) {
        StreamId id = item.id();
        if (id.generation() != cursor.get().generation()) {
            // If it is no marker, that was dropped already: the reader was far behind.
            barrier.raise(id.generation(), item instanceof Marker marker ? marker.before() : null);
        } else if (item instanceof Stored entry) {
            cursor.entry(entry, now, publisher.payer(entry));
        } else {
            cursor.gap(id);
            if (item instanceof Unreadable unreadable) {
                context.tell(context.observer()::onUnreadable);
                context.logs()
                        .failure(LOG.atError(), "log_entry_unreadable")
                        .addKeyValue("shard", context.number())
                        .addKeyValue("id", id.text())
                        .addKeyValue("why", unreadable.why())
                        .log("log_entry_unreadable");
            }
        }
    }

    /** The node may use a Redis that others have left. */
    private void findPrimary() {
        if (isReadable() && renewReader.getAsBoolean()) {
            calls.findPrimary();
        }
    }

    private void openedAgain() {
        wakeReaders();
        wakeReader.run();
    }

    /** Completes on the loop once the log is read up to this id. Thread-safe. */
    CompletionStage<@Nullable Void> reach(StreamId id) {
        CompletableFuture<@Nullable Void> reached = new CompletableFuture<>();
        boolean taken =
                loop.tryExecute(
                        () -> {
                            readers.add(id, reached);
                            wakeReaders();
                        });
        return taken ? reached : unavailable("the node is stopping");
    }

    private void wakeReaders() {
        if (state == State.CLOSED) {
            readers.fail(unavailability("the node is stopping"));
        } else {
            readers.wake(cursor.get());
        }
    }

    private void checkLater() {
        long nanos = context.timing().check().toNanos();
        loop.schedule(
                this::check,
                Duration.ofNanos(nanos + context.random().nextLong(nanos * 3 / 5 + 1)));
    }

    /** Compares the position with that of the log, and drops old entries. */
    private void check() {
        if (state == State.CLOSED) {
            return;
        }
        checkLater();
        wakeReaders();
        var unusedCheck =
                calls.open(cursor.get())
                        .whenComplete(
                                (reply, failure) -> loop.execute(() -> checked(reply, failure)));
        long now = loop.nowNanos();
        ages.reached(cursor.get(), now);
        StreamId aged = ages.takeAged(now);
        if (archive != null && aged.isAfter(archive.known())) {
            aged = archive.known(); // The rest may still have to be archived from the stream.
        }
        if (aged.isAfter(StreamId.NONE)) {
            var unusedTrim = calls.trimBefore(aged);
        }
    }

    private void checked(@Nullable OpenReply reply, @Nullable Throwable failure) {
        if (reply instanceof Opened opened) {
            publisher.works();
            compare(opened);
        } else if (reply instanceof Unusable unusable) {
            publisher.fails(unusable.why());
        } else if (failure != null) {
            publisher.fails(RedisFailure.describe(failure));
        }
    }

    private void compare(Opened opened) {
        if (!isReadable()) {
            return;
        }
        boolean stuck = behind.isAfter(cursor.get());
        behind = opened.top().isAfter(cursor.get()) ? opened.top() : StreamId.NONE;
        tellLag(entriesBetween(cursor.get(), opened.top()));
        if (stuck) {
            // A whole check ago the log was further than this node is now.
            behind = StreamId.NONE;
            boolean unused = renewReader.getAsBoolean();
        } else if (behind.isAfter(cursor.get())) {
            StreamId top = behind;
            StreamId from = cursor.get();
            loop.schedule(() -> lookAgain(from, top), context.timing().call());
        }
    }

    /** Whether the reader has found what the last check had seen. */
    private void lookAgain(StreamId from, StreamId top) {
        StreamId now = cursor.get();
        boolean moves = !now.equals(from) && now.generation() == top.generation();
        if (isReadable() && top.isAfter(now) && !moves) {
            boolean unused = renewReader.getAsBoolean();
        }
    }

    /** Of the later generation alone, if they differ. */
    private static long entriesBetween(StreamId from, StreamId to) {
        long read = to.generation() == from.generation() ? from.sequence() : 0;
        return to.isAfter(from) ? to.sequence() - read : 0;
    }

    private void tellLag(long entries) {
        long change = entries - lag;
        lag = entries;
        if (change != 0) {
            context.tell(() -> context.observer().onLag(change));
        }
    }

    /** Why this shard does not work now; null if it does. Thread-safe. */
    @Nullable String trouble() {
        return barrier.isUp() ? "a new generation begins" : publisher.trouble();
    }

    void close() {
        state = State.CLOSED;
        publisher.close();
        if (archive != null) {
            archive.close();
        }
        wakeReaders();
    }
}
