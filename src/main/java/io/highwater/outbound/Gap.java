package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one lane that were dropped, with none of that lane kept between them. Guarded by the
 * lock of its queue; once taken to be written it changes no more.
 */
final class Gap<P> implements Element {
    private final LatestLane<P> lane;
    private final P first;
    private P last;
    private long count;

    Gap(LatestLane<P> lane, P position) {
        this(lane, position, position, 1);
    }

    Gap(LatestLane<P> lane, P first, P last, long count) {
        this.lane = lane;
        this.first = first;
        this.last = last;
        this.count = count;
    }

    LatestLane<P> lane() {
        return lane;
    }

    /**
     * Takes in what follows.
     *
     * @param later a gap of the same lane
     */
    void merge(Gap<?> later) {
        if (later.lane != lane) {
            throw new IllegalArgumentException("a gap of another lane");
        }
        @SuppressWarnings("unchecked") // One lane has positions of one type.
        Gap<P> own = (Gap<P>) later;
        last = own.last;
        count += own.count;
    }

    @Override
    public int messages() {
        return 0;
    }

    @Override
    public int bytes() {
        return 0;
    }

    @Override
    public boolean isDroppable() {
        return false;
    }

    @Override
    public @Nullable Droppable<?> droppable() {
        return null;
    }

    @Override
    public @Nullable OutboundFrame toWrite() {
        return lane.gapFrame(first, last, count);
    }

    @Override
    public @Nullable SendCompletion completion() {
        return null;
    }

    @Override
    public long sampledNanos() {
        return 0;
    }

    @Override
    public @Nullable OutboundFrame frame() {
        return null;
    }

    @Override
    public void collectFrames(Set<OutboundFrame> frames) {}
}
