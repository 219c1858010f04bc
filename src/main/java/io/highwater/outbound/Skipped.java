package io.highwater.outbound;

/**
 * Messages of a series that never came to its queue, and are told as those that the queue drops.
 * Immutable.
 *
 * @param first position of the first of them
 * @param last position of the last
 * @param count how many they are, at least 1
 */
public record Skipped<P>(P first, P last, long count) {}
