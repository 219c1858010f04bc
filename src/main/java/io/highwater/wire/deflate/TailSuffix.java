package io.highwater.wire.deflate;

/**
 * The history of a connection that has got the last of what its channel sent, but not all of the
 * tail yet. Immutable.
 *
 * @param length less than the tail's
 */
record TailSuffix(Tail tail, int length) implements History {
    /** The tail itself, where {@code length} covers it. */
    static History of(Tail tail, int length) {
        return length >= tail.length() ? tail : new TailSuffix(tail, length);
    }

    @Override
    public byte[] bytes() {
        return tail.bytes();
    }

    @Override
    public int end() {
        return tail.length();
    }
}
