package io.highwater.limits;

/**
 * How much clients may make a node keep. Immutable.
 *
 * @param heapShare {@code highwater.limits.heap-share}: part of the largest heap that may be kept
 *     for all clients together, 0.01 to 1; default 0.5. The rest is for idle sessions, the
 *     endpoints' own objects and the garbage collector
 * @param addressShare {@code highwater.limits.address-share}: part of each account that one address
 *     may have, 0.01 to 1; default 0.25; with 1, an address has no limit of its own
 * @param address the other limits of one address
 */
public record LimitSettings(double heapShare, double addressShare, AddressLimits address) {
    public LimitSettings {
        check("highwater.limits.heap-share", heapShare);
        check("highwater.limits.address-share", addressShare);
    }

    public static LimitSettings defaults() {
        return new LimitSettings(0.5, 0.25, AddressLimits.defaults());
    }

    private static void check(String key, double value) {
        if (!(value >= 0.01 && value <= 1)) {
            throw new IllegalArgumentException(key + ": " + value + " is not between 0.01 and 1");
        }
    }
}
