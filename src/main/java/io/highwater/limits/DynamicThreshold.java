package io.highwater.limits;

/**
 * Shares places between addresses so that some are always left for those that have few: an address
 * may have at most four times as many places as are free (the dynamic threshold of Choudhury and
 * Hahne, IEEE/ACM Transactions on Networking 6(2), 1998). A single address could have four fifths,
 * so that it meets its own bound of a quarter first; if eight or 64 addresses take all they can
 * get, a 33rd or a 257th of the places stays free for others.
 */
public final class DynamicThreshold {
    private static final long TIMES_FREE = 4;

    private DynamicThreshold() {}

    /**
     * Whether an address, or any other party that shares something, may take one more place.
     *
     * @param own places that it has
     * @param taken places that all have; {@code most - taken} are free
     */
    public static boolean admits(long own, long taken, long most) {
        return own < TIMES_FREE * (most - taken);
    }
}
