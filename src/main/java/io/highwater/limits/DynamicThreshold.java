package io.highwater.limits;

/**
 * Shares places between addresses so that some are always left for those that have few: an address
 * may have at most four times as many as are free (the dynamic threshold of Choudhury and Hahne,
 * IEEE/ACM Transactions on Networking 6(2), 1998). Of one address that is four fifths, so that it
 * meets its own bound of a quarter first; where eight or 64 take all they can get, a 33rd or a
 * 257th of the places stays free for others.
 */
public final class DynamicThreshold {
    private static final long TIMES_FREE = 4;

    private DynamicThreshold() {}

    /**
     * Whether an address, or whoever else shares something, may take one more place.
     *
     * @param own those that it has
     * @param taken those that all have; {@code most - taken} are free
     */
    public static boolean admits(long own, long taken, long most) {
        return own < TIMES_FREE * (most - taken);
    }
}
