package io.highwater.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.log.LogLimit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What this node is about to send, in order. While a batch is under way, the next one gathers: so
 * the busier the node is, the more items share a message. Thread-safe; the bus is called without
 * the lock.
 */
final class Outbox {
    /** A batch ends with the item that reaches this. */
    private static final int BATCH_BYTES = 64 << 10;

    /** The most that may gather, and at most a 32nd of the account. */
    private static final int MOST_BYTES = 1 << 20;

    private static final int PARTS = 32;

    /** An item's place in the queue. */
    private static final int PLACE_BYTES = 4;

    private record Sending(List<byte[]> items, long number, long bytes) {}

    private final boolean toOne;
    private final long sender;
    private final Function<byte[], CompletionStage<@Nullable Void>> bus;
    private final Book book;
    private final long mostBytes;
    private final ClusterObserver observer;
    private final LogLimit logs;

    @GuardedBy("this")
    private final ArrayDeque<byte[]> gathered = new ArrayDeque<>();

    @GuardedBy("this")
    private long gatheredBytes;

    /** Of the last batch. */
    @GuardedBy("this")
    private long number;

    @GuardedBy("this")
    private boolean closed;

    /** Whether some thread sends, or a batch is under way whose end sends the next. */
    @GuardedBy("this")
    private boolean sending;

    /**
     * @param toOne whether it goes to one node
     * @param sender this node's id
     * @param bus takes a message; the next one follows when its stage is complete
     * @param book the account of what waits here
     */
    Outbox(
            boolean toOne,
            long sender,
            Function<byte[], CompletionStage<@Nullable Void>> bus,
            Book book,
            ClusterObserver observer,
            LogLimit logs) {
        this.toOne = toOne;
        this.sender = sender;
        this.bus = bus;
        this.book = book;
        this.mostBytes = Math.min(MOST_BYTES, book.mostBytes() / PARTS);
        this.observer = observer;
        this.logs = logs;
    }

    /**
     * Drops the item if too much waits already; then a number is left out, so that the receiver
     * notices.
     */
    void offer(Item item) {
        byte[] bytes = Batch.bytes(item);
        Sending first = null;
        boolean fits;
        synchronized (this) {
            // One that is larger than all that may wait is taken if nothing does.
            fits = gatheredBytes == 0 || gatheredBytes + charge(bytes) <= mostBytes;
            if (closed) {
                return;
            } else if (!fits) {
                number++;
            } else {
                gathered.add(bytes);
                gatheredBytes += charge(bytes);
                book.addShared(charge(bytes));
                first = sending ? null : next();
            }
        }
        if (!fits) {
            logs.tell("cluster", observer::onDropped);
        } else if (first != null) {
            send(first);
        }
    }

    /** Sends a batch without items, unless something is being sent anyway. */
    void beat() {
        Sending beat;
        synchronized (this) {
            if (sending || closed) {
                return;
            }
            sending = true;
            number++;
            beat = new Sending(List.of(), number, 0);
        }
        send(beat);
    }

    /** Sends nothing any more; what waits is dropped. */
    synchronized void close() {
        closed = true;
        book.addShared(-gatheredBytes);
        gatheredBytes = 0;
        gathered.clear();
    }

    private static long charge(byte[] item) {
        return PLACE_BYTES + HeapBytes.ofArray(item.length);
    }

    /** Sends, and goes on with what has gathered when the bus has taken it. */
    private void send(Sending first) {
        for (Sending batch = first; batch != null; ) {
            Sending sent = batch;
            CompletableFuture<@Nullable Void> taken = hand(sent);
            if (!taken.isDone()) {
                taken.whenComplete(
                        (done, failure) -> {
                            Sending next = ended(sent, failure != null);
                            if (next != null) {
                                send(next);
                            }
                        });
                return;
            }
            batch = ended(sent, taken.isCompletedExceptionally());
        }
    }

    /** Whatever is thrown, the next batch follows. */
    private CompletableFuture<@Nullable Void> hand(Sending batch) {
        try {
            return bus.apply(Batch.message(toOne, sender, batch.number, batch.items))
                    .toCompletableFuture();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private @Nullable Sending ended(Sending sent, boolean lost) {
        int items = sent.items.size();
        logs.tell(
                "cluster",
                () -> {
                    if (lost) {
                        observer.onLost(items);
                    } else {
                        observer.onSent(items);
                    }
                });
        synchronized (this) {
            book.addShared(-sent.bytes);
            return next();
        }
    }

    @GuardedBy("this")
    private @Nullable Sending next() {
        sending = false;
        if (gathered.isEmpty()) {
            return null;
        }
        List<byte[]> items = new ArrayList<>();
        long bytes = 0;
        while (!gathered.isEmpty() && bytes < BATCH_BYTES) {
            byte[] item = gathered.remove();
            items.add(item);
            bytes += charge(item);
        }
        gatheredBytes -= bytes;
        number++;
        Sending next = new Sending(items, number, bytes);
        sending = true;
        return next;
    }
}
