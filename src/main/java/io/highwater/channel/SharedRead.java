package io.highwater.channel;

import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.limits.HeapBytes;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.ResumeFailure;
import io.highwater.protocol.Since;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One read of the log for all subscribers that asked the same between two turns of a channel, and
 * the frames they share: when many clients reconnect at once, they cost one read and one frame per
 * entry. Confined to the shard's thread, except {@link #read}.
 */
final class SharedRead<F> {
    /** May complete on any thread. */
    final CompletableFuture<ReadResult> read;

    private final Since since;
    private final int limit;
    private final SharedReads<F> frames;

    private boolean counted;
    private @Nullable FirstPiece<F> missed;
    private @Nullable Turn<F> turn;

    /**
     * @param limit the most entries that {@link Since.After} may bring
     * @param frames makes the publications of entries
     */
    SharedRead(CompletableFuture<ReadResult> read, Since since, int limit, SharedReads<F> frames) {
        this.read = read;
        this.since = since;
        this.limit = limit;
        this.frames = frames;
    }

    TurnKind kind() {
        return since instanceof Since.Latest ? TurnKind.SNAPSHOT : TurnKind.RECOVERED;
    }

    /** The answer; only to be called once {@link #read} is complete. */
    ReadResult result() {
        ReadResult result = read.join();
        if (!counted && result instanceof Slice slice) {
            counted = true;
            frames.made(HeapBytes.ofReferences(slice.entries().size()));
        }
        return result;
    }

    /** Estimated bytes made for this and other reads of the channel since the last call. */
    long takeMadeBytes() {
        return frames.takeMadeBytes();
    }

    /** Why the subscriber cannot get what it asked for; null if it can. */
    @Nullable ResumeFailure refusal(ReadResult result) {
        if (result instanceof Unreadable unreadable) {
            return ResumeFailure.valueOf(unreadable.reason().name());
        } else if (since instanceof Since.After && missed((Slice) result) > limit) {
            return ResumeFailure.LIMIT;
        } else {
            return null;
        }
    }

    /** How many entries the subscriber has missed; a log may not bring all of them at once. */
    private static long missed(Slice slice) {
        return slice.entries().size() + slice.left();
    }

    /** The first piece of what was asked for, or null if there is nothing to bring. */
    @Nullable FirstPiece<F> missed(ReadResult result, PieceSize size) {
        if (missed == null && !(since instanceof Since.Live) && result instanceof Slice slice) {
            if (!slice.entries().isEmpty()) {
                missed = FirstPiece.of(slice, from(), kind(), size, frames);
            }
        }
        return missed;
    }

    /** The subscribers' position before the read; null if they have none. */
    private @Nullable Cursor from() {
        return since instanceof Since.After after ? after.cursor() : null;
    }

    /** That piece as a turn; its joined frame copies the single frames. */
    Turn<F> turn(String channel, FirstPiece<F> first) {
        Turn<F> made = turn;
        if (made == null) {
            turn = made = new Turn<>(channel, first.publications());
            for (Publication<F> publication : first.publications()) {
                frames.made(UndeliveredBytes.bytes(publication.entry()));
            }
        }
        return made;
    }
}
