package io.highwater.outbound;

/**
 * When the {@link SlowClientGovernor} acts. Immutable.
 *
 * @param slowFraction of the node's connections that may be slow, 0 to 1; 1 never acts
 * @param heapFraction of the largest heap that queues may keep, 0 to 1; 1 never acts
 */
public record GovernorSettings(double slowFraction, double heapFraction) {
    public GovernorSettings {
        check("highwater.governor.slow-fraction", slowFraction);
        check("highwater.governor.heap-fraction", heapFraction);
    }

    public static GovernorSettings defaults() {
        return new GovernorSettings(0.005, 0.05);
    }

    private static void check(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(key + ": " + value + " is not between 0 and 1");
        }
    }
}
