package io.highwater.protocol;

/**
 * The text is not JSON or exceeds the protocol's limits. Thrown often, so without a stack trace.
 */
final class MalformedJson extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param at index of the byte where the problem was noticed, from 0 on
     */
    MalformedJson(String problem, int at) {
        super(problem + " at byte " + at, null, false, false);
    }
}
