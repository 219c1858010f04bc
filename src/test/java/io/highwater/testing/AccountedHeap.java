package io.highwater.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.function.LongSupplier;

/** Holds what is in an account against what the heap has grown by. Confined to a test. */
public final class AccountedHeap {
    private static final int PERCENT = 15;

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
        long chargedBefore = charged.getAsLong();
        long heapBefore = LiveObjects.bytes();
        filling.fill();
        long kept = LiveObjects.bytes() - heapBefore;
        long added = charged.getAsLong() - chargedBefore;
        assertThat(added)
                .as("charged; kept %s, which is %s for each of %s", kept, kept / count, count)
                .isCloseTo(kept, withPercentage(PERCENT));
    }
}
