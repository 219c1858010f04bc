package io.highwater.handshake.address;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a header to which each proxy appends, starting with the nearest hop. Reads no
 * further to the left than it is asked to. Confined to its caller.
 */
final class Hops {
    /** More than any chain of one's own proxies; elements further left are not read. */
    static final int MAX = 32;

    private final List<? extends CharSequence> lines;

    /** How many of the lines are unread or being read. */
    private int linesLeft;

    /** End of the unread part of the line that is being read; -1 if there is none. */
    private int end = -1;

    private int read;

    Hops(List<? extends CharSequence> lines) {
        this.lines = lines;
        this.linesLeft = lines.size();
    }

    /** The next element, stripped of white space; null after the last one. */
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
     * The element of the hop at this depth; 0 is the nearest. A shorter list was written by a proxy
     * further out, so its leftmost element counts; null if there is no element at all.
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
