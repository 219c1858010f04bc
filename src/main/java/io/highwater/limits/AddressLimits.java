package io.highwater.limits;

/**
 * How often one address may connect, and how much it may waste. Immutable.
 *
 * @param connectionsPerSecond new TCP connections; default 100, five times the handshakes that the
 *     rules admit
 * @param connectionsBurst how many of them may come at once; default 200
 * @param wastePerSecond events that cost us work and carry no message, over all connections of the
 *     address; default 1,000
 * @param wasteBurst how many of them may come at once; default 30,000: three for each of the 10,000
 *     WebSockets of an HTTP/2 connection that close in one moment
 */
public record AddressLimits(
        int connectionsPerSecond, int connectionsBurst, int wastePerSecond, int wasteBurst) {
    private static final int MOST = 1_000_000;

    public AddressLimits {
        check("highwater.limits.connections-per-second", connectionsPerSecond);
        check("highwater.limits.connections-burst", connectionsBurst);
        check("highwater.limits.waste-per-second", wastePerSecond);
        check("highwater.limits.waste-burst", wasteBurst);
    }

    public static AddressLimits defaults() {
        return new AddressLimits(100, 200, 1_000, 30_000);
    }

    /** Practically unlimited. */
    static AddressLimits highest() {
        return new AddressLimits(MOST, MOST, MOST, MOST);
    }

    private static void check(String key, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(
                    key + ": " + value + " is not between 1 and " + MOST);
        }
    }
}
