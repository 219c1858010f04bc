package io.highwater.limits;

/**
 * How much clients may make a node keep. Immutable.
 *
 * @param heapShare {@code highwater.limits.heap-share}: part of the largest heap that all clients
 *     together may have kept for them, above 0 and up to 1; default 0.5. What it leaves is for idle
 *     sessions, the endpoints' own objects and the collector
 * @param addressShare {@code highwater.limits.address-share}: part of each account that one address
 *     may have, above 0; default 0.25, and 1 is no bound of its own
 * @param address what else bounds one address
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
