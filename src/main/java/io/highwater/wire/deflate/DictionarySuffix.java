package io.highwater.wire.deflate;

/**
 * The dictionary of a connection that has got the last of what its channel sent, but not yet all
 * that is in the channel's dictionary. Immutable.
 *
 * @param length less than that of {@code of}
 */
record DictionarySuffix(SharedDictionary of, int length) implements Dictionary {
    /** The whole dictionary, where {@code length} covers it. */
    static Dictionary of(SharedDictionary whole, int length) {
        return length >= whole.length() ? whole : new DictionarySuffix(whole, length);
    }

    @Override
    public byte[] bytes() {
        return of.bytes();
    }

    @Override
    public int end() {
        return of.length();
    }
}
