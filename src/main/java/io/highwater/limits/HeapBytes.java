package io.highwater.limits;

/**
 * What objects take of the heap, with headers of 12 bytes, references of 4 and sizes that are
 * multiples of 8; with compact headers, each takes at most 8 bytes less. Stateless.
 */
public final class HeapBytes {
    private static final int ARRAY_HEADER = 16;
    private static final int STRING = 24;
    private static final int REFERENCE = 4;

    /** One entry of a HashMap, with its part of the table. */
    public static final int MAP_ENTRY = 32 + 2 * REFERENCE;

    private HeapBytes() {}

    public static long ofArray(long elementBytes) {
        return (ARRAY_HEADER + elementBytes + 7) & ~7L;
    }

    public static long ofReferences(long length) {
        return ofArray(REFERENCE * length);
    }

    /** Characters take one byte each if none is beyond U+00FF, otherwise two. */
    public static long of(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) > 0xFF) {
                return STRING + ofArray(2L * length);
            }
        }
        return STRING + ofArray(length);
    }
}
