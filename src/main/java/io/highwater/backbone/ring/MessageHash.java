package io.highwater.backbone.ring;

import java.util.SplittableRandom;

/**
 * Makes keys of messages: 128 bits, instead of keeping three strings. Among ten thousand million
 * messages, which form about 2^65 pairs, two different ones get the same key with a probability of
 * about 2^-63. The multipliers are secret, so that no client can search for such a pair. Immutable.
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
            // The length comes first, so that the parts cannot be split differently.
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
