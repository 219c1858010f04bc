package io.highwater.protocol;

/** A text that is not JSON, or not within the protocol's limits. Without a stack trace: daily. */
final class MalformedJson extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param at the byte where it was noticed, from 0 on
     */
    MalformedJson(String problem, int at) {
        super(problem + " at byte " + at, null, false, false);
    }
}
