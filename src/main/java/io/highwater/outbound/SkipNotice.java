package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands in a queue where messages of one series were skipped, with none of that series kept
 * between them; the client is told when it is written. Guarded by the lock of its queue; once taken
 * to be written it changes no more.
 */
final class SkipNotice<P> implements Element {
    private final LatestSeries<P> series;
    private final P first;
    private P last;
    private long count;

    SkipNotice(LatestSeries<P> series, P position) {
        this(series, position, position, 1);
    }

    SkipNotice(LatestSeries<P> series, Skipped<P> skipped) {
        this(series, skipped.first(), skipped.last(), skipped.count());
    }

    private SkipNotice(LatestSeries<P> series, P first, P last, long count) {
        this.series = series;
        this.first = first;
        this.last = last;
        this.count = count;
    }

    LatestSeries<P> series() {
        return series;
    }

    /**
     * Takes in what was skipped next.
     *
     * @param later of the same series
     */
    void merge(SkipNotice<?> later) {
        if (later.series != series) {
            throw new IllegalArgumentException("a notice of another series");
        }
        @SuppressWarnings("unchecked") // One series has positions of one type.
        SkipNotice<P> own = (SkipNotice<P>) later;
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
        return series.skippedFrame(first, last, count);
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
