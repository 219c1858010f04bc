package io.highwater.handshake.address;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a header that each proxy appends to, that of the nearest hop first. Reads no
 * further to the left than it is asked. Confined to its caller.
 */
final class Hops {
    /** Nobody has more proxies of his own in a row; what stands further left is not read. */
    static final int MAX = 32;

    private final List<? extends CharSequence> lines;

    /** Of the lines, how many are unread or being read. */
    private int linesLeft;

    /** Where the unread part of the line that is being read ends; -1 where there is none. */
    private int end = -1;

    private int read;

    Hops(List<? extends CharSequence> lines) {
        this.lines = lines;
        this.linesLeft = lines.size();
    }

    /** The next one, without white space around it; null behind the last. */
    @Nullable String next() {
        if (read == MAX) {
            return null;
        }
        if (end < 0) {
            if (linesLeft == 0) {
                return null;
            }
            linesLeft--;
            end = lines.get(linesLeft).length();
        }
        CharSequence line = lines.get(linesLeft);
        int comma = end - 1;
        while (comma >= 0 && line.charAt(comma) != ',') {
            comma--;
        }
        String element = line.subSequence(comma + 1, end).toString().strip();
        end = comma;
        read++;
        return element;
    }

    /**
     * The element of the hop at this depth, 0 being the nearest. A list that is shorter was written
     * by a proxy further out, and its leftmost element counts; null where there is none at all.
     */
    static @Nullable String at(int depth, List<? extends CharSequence> lines) {
        Hops hops = new Hops(lines);
        String element = hops.next();
        for (int i = 0; i < depth; i++) {
            String further = hops.next();
            if (further == null) {
                break;
            }
            element = further;
        }
        return element;
    }
}
