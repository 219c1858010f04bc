package io.highwater.handshake.rule;

import java.util.ArrayList;
import java.util.List;

/** Reads a header that is a list of tokens (RFC 9110 section 5.6.1). Stateless. */
final class ListHeader {
    private ListHeader() {}

    /**
     * The first elements of all lines, in their order and without the empty ones.
     *
     * @param most the maximum number; later elements are not read
     */
    static List<String> first(int most, List<? extends CharSequence> lines) {
        List<String> elements = new ArrayList<>(2);
        for (CharSequence line : lines) {
            int from = 0;
            while (from <= line.length() && elements.size() < most) {
                int comma = from;
                while (comma < line.length() && line.charAt(comma) != ',') {
                    comma++;
                }
                String element = line.subSequence(from, comma).toString().strip();
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                from = comma + 1;
            }
        }
        return elements;
    }
}
