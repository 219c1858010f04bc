package io.highwater.backbone.ring;

import java.util.SplittableRandom;

/**
 * Makes keys of messages: 128 bits instead of three strings that would have to be kept. Two
 * different messages get the same key once in 2^64 pairs of ten thousand million; the multipliers
 * are secret, so that nobody can look for such a pair. Immutable.
 */
public final class MessageHash {
    private final long highSeed;
    private final long highFactor;
    private final long lowSeed;
    private final long lowFactor;

    public MessageHash(long secret, long otherSecret) {
        SplittableRandom high = new SplittableRandom(secret);
        SplittableRandom low = new SplittableRandom(otherSecret);
        highSeed = high.nextLong();
        highFactor = high.nextLong() | 1;
        lowSeed = low.nextLong();
        lowFactor = low.nextLong() | 1;
    }

    MessageKey key(String publisher, String channel, String msgId) {
        long high = hash(highSeed, highFactor, publisher, channel, msgId);
        long low = hash(lowSeed, lowFactor, publisher, channel, msgId);
        return new MessageKey(high, high == 0 && low == 0 ? 1 : low);
    }

    private static long hash(long seed, long factor, String... parts) {
        long hash = seed;
        for (String part : parts) {
            // The length first: no part can pass for the end of another.
            hash = mix(hash, part.length(), factor);
            for (int i = 0; i < part.length(); i++) {
                hash = mix(hash, part.charAt(i), factor);
            }
        }
        return hash;
    }

    private static long mix(long hash, int value, long factor) {
        long mixed = (hash ^ value) * factor;
        return mixed ^ (mixed >>> 32);
    }
}
