package io.highwater.channel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.limits.Book;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of the log that subscribers are sent that are behind. Those at the same place share
 * one read and one piece, which lives until the last of them has sent it.
 *
 * <p>All pieces together have a bound. The fuller the account of what queues keep, the smaller the
 * pieces that are made; and from three quarters on subscribers wait in a line, in which they take
 * no more than their place, unless all pieces take less than an eighth.
 *
 * <p>Thread-safe.
 */
final class Pieces<F> {
    /** A piece may have this fraction of what is left, so that many different ones fit. */
    private static final int ROOM_PARTS = 64;

    /** Pieces may take an eighth of the account, whatever else it holds. */
    private static final int OWN_PARTS = 8;

    /**
     * @param after without the shards' sequences, which may differ at the same place
     */
    private record Place(String channel, Cursor after) {}

    /** A piece that is waited for, read or sent. Guarded by the pieces' lock, but for its read. */
    private static final class Shared<F> {
        private final Place place;
        private final Cursor after;

        /** May complete on any thread, under no lock. */
        private final CompletableFuture<Piece<F>> made = new CompletableFuture<>();

        private int users;

        /** What it may have while it is read, and then what it takes. */
        private long bytes;

        Shared(Place place, Cursor after) {
            this.place = place;
            this.after = after;
        }
    }

    private final History history;
    private final FrameFactory<F> frames;
    private final PieceSize size;
    private final Book sending;

    @GuardedBy("this")
    private final Map<Place, Shared<F>> all = new HashMap<>();

    /** Those for which there is no room yet. */
    @GuardedBy("this")
    private final ArrayDeque<Shared<F>> line = new ArrayDeque<>();

    /** What all pieces take that are read or sent. */
    @GuardedBy("this")
    private long bytes;

    /** The part of that which is being read, and so is in no queue yet. */
    @GuardedBy("this")
    private long readingBytes;

    /** A thread makes the pieces of the line, and looks again when it has made one. */
    @GuardedBy("this")
    private boolean admitting;

    /**
     * @param sending the account of what queues keep
     */
    Pieces(History history, FrameFactory<F> frames, PieceSize size, Book sending) {
        this.history = history;
        this.frames = frames;
        this.size = size;
        this.sending = sending;
    }

    /**
     * The piece after a cursor, as soon as there is room for it.
     *
     * @param after the subscriber has everything up to here
     */
    CompletionStage<Missed<F>> after(String channel, Cursor after) {
        Place place = new Place(channel, place(after));
        Shared<F> shared;
        boolean reads = false;
        synchronized (this) {
            Shared<F> present = all.get(place);
            shared = present == null ? new Shared<>(place, after) : present;
            shared.users++;
            if (present == null) {
                all.put(place, shared);
                reads = line.isEmpty() && begin(shared);
                if (!reads) {
                    line.add(shared);
                }
            }
        }
        if (reads) {
            read(shared);
        }
        return shared.made.thenApply(piece -> new Missed<>(piece, () -> release(shared)));
    }

    private static Cursor place(Cursor after) {
        return Cursor.of(
                after.positions().stream()
                        .map(
                                one ->
                                        new Position(
                                                one.origin(),
                                                one.generation(),
                                                0,
                                                one.channelSequence()))
                        .toList());
    }

    /** The same from the oldest entry that is kept, if that is later. */
    CompletionStage<Missed<F>> fromOldest(String channel, Cursor after) {
        return history.readAfter(channel, null, 1)
                .thenCompose(
                        read -> {
                            List<Entry> oldest =
                                    read instanceof Slice slice ? slice.entries() : List.of();
                            if (oldest.isEmpty() || after.covers(oldest.get(0).position())) {
                                // Nothing that is kept follows the cursor in a way that is known.
                                Missed<F> nothing =
                                        new Missed<>(Piece.ofNothing(read.top()), () -> {});
                                return CompletableFuture.completedFuture(nothing);
                            }
                            return after(channel, after.with(before(oldest.get(0).position())));
                        });
    }

    private static Position before(Position position) {
        return new Position(
                position.origin(),
                position.generation(),
                Math.max(0, position.shardSequence() - 1),
                position.channelSequence() - 1);
    }

    /**
     * The next piece of a snapshot, which is shared with nobody.
     *
     * @param until the end of the snapshot
     */
    CompletionStage<Missed<F>> snapshotAfter(String channel, Cursor after, Cursor until) {
        return SnapshotRead.of(history, channel, until, null)
                .thenApply(read -> new Missed<>(snapshot(read, after, until), () -> {}));
    }

    private Piece<F> snapshot(ReadResult read, Cursor after, Cursor until) {
        if (!(read instanceof Slice slice)) {
            return Piece.ofTrimmed(after);
        }
        List<Entry> entries =
                slice.entries().stream()
                        .filter(entry -> !after.covers(entry.position()))
                        .filter(entry -> until.covers(entry.position()))
                        .toList();
        int count = size.count(entries, size.bytes());
        List<Entry> taken = entries.subList(0, count);
        Cursor reached = count == entries.size() ? until : Piece.passed(after, taken);
        return Piece.of(taken, reached, TurnKind.SNAPSHOT, frames);
    }

    /** Gives it room; false if there is none. */
    @GuardedBy("this")
    private boolean begin(Shared<F> shared) {
        long most = sending.mostBytes();
        long free = most / 4 * 3 - sending.bytes() - readingBytes;
        long room = Math.max(free, most / OWN_PARTS - bytes);
        if (room <= 0 && bytes > 0) {
            return false;
        }
        shared.bytes = Math.max(1, Math.min(size.bytes(), room / ROOM_PARTS));
        bytes += shared.bytes;
        readingBytes += shared.bytes;
        return true;
    }

    private void read(Shared<F> shared) {
        CompletableFuture<ReadResult> read;
        try {
            read =
                    history.readAfter(shared.place.channel, shared.after, size.messages())
                            .toCompletableFuture();
        } catch (RuntimeException | Error e) {
            failed(shared, e);
            return;
        }
        var unused =
                read.whenComplete(
                        (result, failure) -> {
                            if (failure == null) {
                                answered(shared, result);
                            } else {
                                failed(shared, failure);
                            }
                        });
    }

    private void answered(Shared<F> shared, ReadResult result) {
        Piece<F> piece;
        try {
            piece = piece(shared, result);
        } catch (RuntimeException | Error e) {
            failed(shared, e);
            return;
        }
        synchronized (this) {
            readingBytes -= shared.bytes;
            bytes += piece.bytes() - shared.bytes;
            shared.bytes = piece.bytes();
            if (piece.frames() == null) {
                // What is true now need not be true for those that come later.
                all.remove(shared.place, shared);
            }
        }
        shared.made.complete(piece);
    }

    private Piece<F> piece(Shared<F> shared, ReadResult result) {
        if (!(result instanceof Slice slice)) {
            return Piece.ofTrimmed(shared.after);
        }
        List<Entry> entries = slice.entries();
        int count = size.count(entries, shared.bytes);
        if (count == entries.size() && slice.complete()) {
            return Piece.of(entries, slice.top(), TurnKind.RECOVERED, frames);
        }
        List<Entry> taken = entries.subList(0, PieceSize.aligned(entries, count));
        return Piece.of(taken, Piece.passed(shared.after, taken), TurnKind.RECOVERED, frames);
    }

    private void failed(Shared<F> shared, Throwable cause) {
        synchronized (this) {
            readingBytes -= shared.bytes;
            forget(shared);
        }
        shared.made.completeExceptionally(cause);
        admit();
    }

    private void release(Shared<F> shared) {
        synchronized (this) {
            shared.users--;
            if (shared.users > 0) {
                return;
            }
            forget(shared);
        }
        admit();
    }

    @GuardedBy("this")
    private void forget(Shared<F> shared) {
        all.remove(shared.place, shared);
        bytes -= shared.bytes;
        shared.bytes = 0;
    }

    /** Makes the pieces of the line for which there is room now, one after the other. */
    private void admit() {
        for (Shared<F> next = next(); next != null; next = next()) {
            try {
                read(next);
            } finally {
                synchronized (this) {
                    admitting = false;
                }
            }
        }
    }

    private synchronized @Nullable Shared<F> next() {
        Shared<F> first = line.peek();
        if (first == null || admitting || !begin(first)) {
            return null;
        }
        admitting = true;
        return line.remove();
    }

    /** Bytes of all pieces that are read or sent, and how many wait, for tests. */
    synchronized long bytes() {
        return bytes;
    }

    synchronized int waiting() {
        return line.size();
    }

    synchronized int size() {
        return all.size();
    }
}
