package io.highwater.wire.deflate;

import java.util.zip.Deflater;

/** The node's spare Deflaters, by how much effort a message is worth. Thread-safe. */
final class Deflaters {
    private final Pool<RawDeflater> small;
    private final Pool<RawDeflater> large;

    /** For peers whose window is too small for references. */
    private final Pool<RawDeflater> huffman;

    /**
     * @param spare how many of each kind are kept: as many as threads compress at once
     */
    Deflaters(DeflateSettings settings, int spare) {
        int level = settings.level();
        small = new Pool<>(spare, () -> new RawDeflater(level, Deflater.DEFAULT_STRATEGY));
        large =
                settings.largeLevel() == level
                        ? small
                        : new Pool<>(
                                spare,
                                () ->
                                        new RawDeflater(
                                                settings.largeLevel(), Deflater.DEFAULT_STRATEGY));
        huffman = new Pool<>(spare, () -> new RawDeflater(level, Deflater.HUFFMAN_ONLY));
    }

    /** The pool to borrow from, and to give back to, for a message of this size. */
    Pool<RawDeflater> of(int messageBytes, int windowBytes) {
        if (windowBytes <= RawDeflater.SMALLEST_WINDOW_BYTES && messageBytes > windowBytes) {
            return huffman;
        }
        return messageBytes < DeflateSettings.LARGE_BYTES ? small : large;
    }

    void close() {
        small.close();
        large.close();
        huffman.close();
    }
}
