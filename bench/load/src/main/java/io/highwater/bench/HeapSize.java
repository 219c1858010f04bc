package io.highwater.bench;

/**
 * A JVM's heap, as its options have it. Immutable.
 *
 * @param initial -Xms
 * @param most -Xmx
 */
record HeapSize(String initial, String most) {
    /** For work: large from the start, so that its growth is not measured. */
    static final HeapSize WORK = new HeapSize("512m", "2g");

    /** For memory: it grows with what lives, so that resident memory says something. */
    static final HeapSize MEMORY = new HeapSize("8m", "2g");
}
