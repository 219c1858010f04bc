package io.highwater.limits;

import java.util.Arrays;

/**
 * Max-min fairness: where several keep more than there is room for, each may keep up to one level,
 * and what some leave of it is shared by the others (Bertsekas and Gallager, Data Networks, section
 * 6.5.2).
 */
final class MaxMinShare {
    private MaxMinShare() {}

    /**
     * The highest level with which everything fits if whoever keeps more is cut down to it.
     *
     * @param kept what each keeps, in any order
     * @return {@link Long#MAX_VALUE} if everything fits; 0 or less if there is no room at all
     */
    static long level(long[] kept, long room) {
        long[] ascending = kept.clone();
        Arrays.sort(ascending);
        long left = room;
        for (int i = 0; i < ascending.length; i++) {
            long each = Math.floorDiv(left, ascending.length - i);
            if (ascending[i] > each) {
                return each;
            }
            left -= ascending[i];
        }
        return Long.MAX_VALUE;
    }
}
