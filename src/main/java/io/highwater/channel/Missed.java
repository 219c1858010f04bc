package io.highwater.channel;

import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The next piece of what a subscriber has missed, read from the log when it can be sent. Its frames
 * are shared with other subscribers that are at the same place, so each {@linkplain #release
 * releases} the piece when it has been sent. Thread-safe.
 */
public final class Missed<F> {
    private final Piece<F> piece;
    private final Runnable onRelease;
    private final AtomicBoolean released = new AtomicBoolean();

    Missed(Piece<F> piece, Runnable onRelease) {
        this.piece = piece;
        this.onRelease = onRelease;
    }

    /** Its messages, oldest first; null if it has none. */
    public @Nullable F frames() {
        return piece.frames();
    }

    /** Where the first message is; null if it has none. */
    public @Nullable Position first() {
        return piece.first();
    }

    /**
     * The channel's last position in its former generation, if that is known and the first message
     * is the first of its own; otherwise null.
     */
    public @Nullable Position previous() {
        return piece.previous();
    }

    /** It brings the subscriber up to here: nothing that the log has lies before. */
    public Cursor reached() {
        return piece.reached();
    }

    /** Some of what was missed is no longer kept: read on from the oldest entry that is. */
    public boolean trimmed() {
        return piece.trimmed();
    }

    /** The subscriber keeps nothing of it any more. Without effect from the second call on. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            onRelease.run();
        }
    }
}
