package io.highwater.outbound;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where a queue stands against its marks, since when, and who has still to hear of it. Guarded by
 * the lock of its queue; calls nobody.
 */
final class WaterLevel {
    private final WaterMarks marks;

    private boolean aboveLow;
    private long aboveLowSinceNanos;

    /** From the offer that crossed the high mark until the low mark is reached. */
    private boolean aboveHigh;

    /** What the listener heard last, and whether a thread is about to tell it. */
    private boolean toldAboveHigh;

    private boolean telling;

    /**
     * Above it the queue is not low, whatever the marks say: half of what it had when pressed, or
     * when it gave up the rest.
     */
    private long mostLowBytes = Long.MAX_VALUE;

    private @Nullable List<CompletableFuture<@Nullable Void>> untilWritable;

    WaterLevel(WaterMarks marks) {
        this.marks = marks;
    }

    /** The queue holds so much now. */
    void judge(Tally tally, long nowNanos) {
        boolean low =
                tally.messages() <= marks.lowMessages()
                        && tally.bytes() <= Math.min(marks.lowBytes(), mostLowBytes);
        if (low) {
            aboveHigh = false;
            mostLowBytes = Long.MAX_VALUE;
        } else if (!aboveLow) {
            aboveLowSinceNanos = nowNanos;
        }
        aboveLow = !low;
    }

    /** Its producer is to stop, until the low mark is reached. */
    void crossHigh(Tally tally, long nowNanos) {
        aboveHigh = true;
        if (!aboveLow) {
            // Below its marks, and yet too much for the node: until half of it is gone.
            mostLowBytes = tally.bytes() / 2;
            aboveLow = true;
            aboveLowSinceNanos = nowNanos;
        }
    }

    /**
     * The queue has given up what waited. Whoever fills it again waits until half of what is left
     * is gone, whatever the marks say.
     */
    void fall(Tally tally, long nowNanos) {
        if (tally.messages() == 0) {
            judge(tally, nowNanos);
            return;
        }
        mostLowBytes = tally.bytes() / 2;
        if (!aboveLow) {
            aboveLow = true;
            aboveLowSinceNanos = nowNanos;
        }
    }

    WaterMarks marks() {
        return marks;
    }

    boolean isAboveLow() {
        return aboveLow;
    }

    boolean isAboveLowSince(long sinceNanos) {
        return aboveLow && aboveLowSinceNanos - sinceNanos <= 0;
    }

    /** Since when it is above the low mark, if it is. */
    long aboveLowSinceNanos() {
        return aboveLowSinceNanos;
    }

    boolean isAboveHigh() {
        return aboveHigh;
    }

    // The listener, which hears of the high mark.

    /** True where the caller now has to tell the listener what {@link #isAboveHigh} says. */
    boolean beginTelling() {
        if (telling || toldAboveHigh == aboveHigh) {
            return false;
        }
        telling = true;
        return true;
    }

    /** What the teller says: fixed while it does. */
    boolean isTellingAboveHigh() {
        return !toldAboveHigh;
    }

    void endTelling() {
        telling = false;
        toldAboveHigh = !toldAboveHigh;
    }

    // Those that wait until the queue is writable again.

    CompletableFuture<@Nullable Void> untilWritable() {
        CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
        if (untilWritable == null) {
            untilWritable = new ArrayList<>(1);
        }
        untilWritable.add(future);
        return future;
    }

    /** Whether somebody waits for what is true already. */
    boolean owesWritable() {
        return untilWritable != null && !aboveLow;
    }

    /** They belong to the caller, who completes them. */
    List<CompletableFuture<@Nullable Void>> takeUntilWritable() {
        List<CompletableFuture<@Nullable Void>> taken = untilWritable;
        untilWritable = null;
        return taken == null ? List.of() : taken;
    }

    /** True where nobody has still to hear of anything. */
    boolean isSettled() {
        return !telling && toldAboveHigh == aboveHigh && untilWritable == null;
    }
}
