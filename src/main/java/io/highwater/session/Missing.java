package io.highwater.session;

import io.highwater.channel.Missed;
import io.highwater.channel.Publication;
import io.highwater.channel.Turn;
import io.highwater.channel.TurnKind;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.Skipped;
import io.highwater.outbound.TurnMessage;
import io.highwater.outbound.WaterMarks;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber that is behind is still to get from the log: from where, and how far. Guarded
 * by its {@link CatchUp}.
 */
final class Missing {
    private final Cursor served;

    /** Everything up to here is offered. */
    private Cursor reached;

    /** The end of the snapshot; null once it is reached, or if there is no snapshot. */
    private @Nullable Cursor snapshotEnd;

    /**
     * The newest publication that the log is to bring: it was there before the subscriber came, or
     * came in a turn since then, or the queue gave it up.
     */
    private Cursor newest;

    /** Bytes that were published since the catch-up began and are not offered yet. */
    private long liveBytes;

    /** Whether the log has already trimmed what comes next. */
    private boolean overtaken;

    /** The last position before a gap that is not reported yet; null if there is no such gap. */
    private @Nullable Cursor gapAfter;

    /**
     * @param reached the subscriber has everything up to here
     * @param served no turn will bring the subscriber anything up to here
     */
    Missing(Cursor reached, Cursor served, TurnKind kind) {
        this.reached = reached;
        this.served = served;
        this.newest = served;
        this.snapshotEnd = kind == TurnKind.SNAPSHOT ? served : null;
    }

    Cursor reached() {
        return reached;
    }

    /** The end of the snapshot if that is what comes next; otherwise null. */
    @Nullable Cursor until() {
        return snapshotEnd;
    }

    /** Whether the next piece is the oldest that the log has, since it trimmed what comes next. */
    boolean isOvertaken() {
        return overtaken;
    }

    /** Whether nothing is missing. */
    boolean isAll() {
        return snapshotEnd == null && reached.covers(newest);
    }

    /** The log is to bring the publications of a turn; late ones it does not have. */
    void published(Turn<OutboundTurn<Position>> turn) {
        for (Publication<OutboundTurn<Position>> publication : turn.publications()) {
            if (!publication.entry().late()) {
                newest = newest.max(publication.entry().position());
                liveBytes += publication.frame().joined().bytes();
            }
        }
    }

    /** The log is to bring everything up to here. */
    void published(Cursor upTo) {
        newest = newest.max(upTo);
    }

    /** Messages that were offered were given up: the log is to bring them again. */
    void givenUp(Position first, Position last) {
        if (reached.covers(first)) {
            reached = reached.with(before(first));
        }
        newest = newest.max(last);
    }

    /** The log has trimmed what comes next. */
    void trimmed() {
        overtaken = true;
        gapAfter = gapAfter == null ? reached : gapAfter;
        snapshotEnd = null;
    }

    /** Whether a gap is not reported yet. */
    boolean hasGap() {
        return gapAfter != null;
    }

    /**
     * What was trimmed before the next message; null for nothing. It is to be reported now.
     *
     * @param previous the channel's last position in its former generation, if that is known and
     *     the message is the first of a new one; otherwise null
     */
    @Nullable Skipped<Position> takeGapBefore(Position next, @Nullable Position previous) {
        Position before = gapAfter == null ? null : gapAfter.at(next.origin());
        gapAfter = null;
        long count = before == null ? 0 : missedBetween(before, next, previous);
        return before == null || count == 0
                ? null
                : new Skipped<>(
                        at(before, before.channelSequence() + 1),
                        at(next, next.channelSequence() - 1),
                        count);
    }

    /** As many as are known to be missing: of a generation that is over, perhaps not all. */
    private static long missedBetween(Position before, Position next, @Nullable Position previous) {
        long missed = next.channelSequence() - 1;
        if (before.generation() == next.generation()) {
            return missed - before.channelSequence();
        }
        if (previous == null) {
            return missed;
        }
        return previous.generation() == before.generation()
                ? missed + previous.channelSequence() - before.channelSequence()
                : missed + previous.channelSequence();
    }

    /** The same if the log has no message any more, and stands at {@code top}. */
    @Nullable Skipped<Position> takeGapUpTo(Cursor top) {
        Skipped<Position> gap = null;
        for (Position last : top.positions()) {
            if (gapAfter != null && gapAfter.at(last.origin()) != null) {
                gap = takeGapBefore(at(last, last.channelSequence() + 1), null);
            }
        }
        gapAfter = null;
        return gap;
    }

    private static Position at(Position near, long channelSequence) {
        return new Position(
                near.origin(), near.generation(), near.shardSequence(), channelSequence);
    }

    private static Position before(Position position) {
        return at(position, position.channelSequence() - 1);
    }

    /**
     * A piece was offered.
     *
     * @return false if it brought nothing
     */
    boolean offered(Missed<OutboundTurn<Position>> piece) {
        OutboundTurn<Position> turn = piece.frames();
        boolean further = turn != null || !piece.reached().equals(reached);
        reached = piece.reached();
        overtaken = false;
        if (turn != null) {
            for (TurnMessage<Position> message : turn.messages()) {
                if (!served.covers(message.position())) {
                    liveBytes -= message.frame().bytes();
                }
            }
        }
        if (snapshotEnd != null && reached.covers(snapshotEnd)) {
            snapshotEnd = null;
        }
        return further;
    }

    /** Whether more was published since the catch-up began than a queue may hold. */
    boolean isLiveAbove(WaterMarks marks) {
        return liveMessages() > marks.highMessages() || liveBytes > marks.highBytes();
    }

    /** The number of messages published since the catch-up began that are not offered yet. */
    private long liveMessages() {
        long messages = 0;
        Cursor from = reached.max(served);
        for (Position last : newest.positions()) {
            Position before = from.at(last.origin());
            messages += last.channelSequence();
            if (before != null && before.generation() == last.generation()) {
                messages -= before.channelSequence();
            }
        }
        return messages;
    }
}
