package io.highwater.backbone;

import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a read answers, wherever the entries are kept: all that followed the cursor, or why that
 * cannot be read; never a part with a hole before it. No state.
 */
public final class ReadRules {
    private ReadRules() {}

    /**
     * The position of a cursor that a log of one origin can read after; null if the cursor is of
     * another origin, or of several: this log has nothing of the others.
     */
    public static @Nullable Position own(Position top, Cursor after) {
        return after.positions().size() > 1 ? null : after.at(top.origin());
    }

    /**
     * Why what follows a position cannot be read; null if it can.
     *
     * @param top the channel's last position
     * @param own a client's position
     * @param next the first entry kept that is after {@code own}; null if there is none
     */
    public static @Nullable Reason refusal(Position top, Position own, @Nullable Entry next) {
        boolean sameGeneration = own.generation() == top.generation();
        if (sameGeneration && own.channelSequence() == top.channelSequence()) {
            return null;
        } else if (own.isAfter(top)) {
            return sameGeneration ? Reason.UNKNOWN_POSITION : Reason.UNKNOWN_GENERATION;
        } else if (next == null) {
            return sameGeneration ? Reason.TRIMMED : Reason.UNKNOWN_GENERATION;
        } else if (next.follows(own)) {
            return null;
        } else if (next.position().generation() == own.generation()) {
            return Reason.TRIMMED;
        }
        Position previous = next.previous();
        if (previous == null || previous.generation() != own.generation()) {
            return Reason.UNKNOWN_GENERATION;
        }
        // The last position of its generation is known, and it is not that.
        return own.isAfter(previous) ? Reason.UNKNOWN_POSITION : Reason.TRIMMED;
    }

    /** The answer of a channel of which no entry is kept. */
    public static ReadResult readNothing(Position top, @Nullable Cursor after) {
        if (after != null) {
            Position own = own(top, after);
            Reason refusal = own == null ? Reason.UNKNOWN_GENERATION : refusal(top, own, null);
            if (refusal != null) {
                return new Unreadable(refusal, top);
            }
        }
        return new Slice(List.of(), 0, top);
    }

    /** The same for a read backwards. */
    public static ReadResult readNothingBefore(Position top, @Nullable Cursor before) {
        return before != null && own(top, before) == null
                ? new Unreadable(Reason.UNKNOWN_GENERATION, top)
                : new Slice(List.of(), 0, top);
    }
}
