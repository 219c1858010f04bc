package io.highwater.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.function.LongSupplier;

/** Holds what is in an account against what the heap has grown by. Confined to a test. */
public final class AccountedHeap {
    private static final int PERCENT = 15;
    private static final int VIRTUAL_THREADS_SINCE = 21;

    private final LongSupplier charged;

    /**
     * @param charged bytes in the accounts now
     */
    public AccountedHeap(LongSupplier charged) {
        this.charged = charged;
    }

    /** Something that keeps memory. */
    @FunctionalInterface
    public interface Filling {
        /** Returns when all is kept that is to be. */
        void fill() throws Exception;
    }

    /**
     * Checks that the accounts grow as the heap does, within 15 %.
     *
     * @param count of those that are to keep something, for the message
     */
    public void check(int count, Filling filling) throws Exception {
        Grown grown = grown(filling);
        assertThat(grown.charged())
                .as(grown.inWords(count))
                .isCloseTo(grown.kept(), withPercentage(PERCENT));
    }

    /**
     * The same of what keeps threads waiting, whose stacks are on the heap where they are virtual;
     * before Java 21 the accounts may have more than the heap.
     */
    public void checkWithThreads(int count, Filling filling) throws Exception {
        if (Runtime.version().feature() >= VIRTUAL_THREADS_SINCE) {
            check(count, filling);
            return;
        }
        Grown grown = grown(filling);
        assertThat(grown.charged())
                .as(grown.inWords(count))
                .isGreaterThan(grown.kept() / 100 * (100 - PERCENT));
    }

    private record Grown(long kept, long charged) {
        String inWords(int count) {
            return "charged; kept " + kept + ", which is " + kept / count + " for each of " + count;
        }
    }

    private Grown grown(Filling filling) throws Exception {
        long chargedBefore = charged.getAsLong();
        long heapBefore = LiveObjects.bytes();
        filling.fill();
        long kept = LiveObjects.bytes() - heapBefore;
        return new Grown(kept, charged.getAsLong() - chargedBefore);
    }
}
