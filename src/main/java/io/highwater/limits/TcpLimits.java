package io.highwater.limits;

/**
 * How many TCP connections there may be, WebSockets and all others. Immutable.
 *
 * @param most {@code highwater.limits.tcp-connections}: of the node; 0 = no limit
 * @param mostOfAddress {@code highwater.limits.tcp-connections-per-ip}: of one address; 0 = no
 *     limit
 */
public record TcpLimits(int most, int mostOfAddress) {
    /** A connection and what the kernel keeps of it, at the very least. */
    private static final long HEAP_BYTES_PER_CONNECTION = 8 << 10;

    /** Descriptors for all else: files, the log, the admin port, peers such as Redis. */
    private static final long RESERVED_DESCRIPTORS = 128;

    public TcpLimits {
        check("highwater.limits.tcp-connections", most);
        check("highwater.limits.tcp-connections-per-ip", mostOfAddress);
    }

    public static TcpLimits unlimited() {
        return new TcpLimits(0, 0);
    }

    /**
     * What tcp-connections is where it is not set: as many as the heap and the descriptors allow,
     * and in no case fewer than there may be sessions, if there are descriptors for them.
     *
     * @param descriptors that this process may have, or less than 1 where nobody knows
     * @param sessions that there may be; 0 = no limit
     */
    public static int defaultMost(long descriptors, long heapBytes, int sessions) {
        long most = sessions == 0 ? Integer.MAX_VALUE : heapBytes / HEAP_BYTES_PER_CONNECTION;
        most = Math.max(most, withRoom(sessions));
        if (descriptors > 0) {
            most = Math.min(most, descriptors - Math.min(RESERVED_DESCRIPTORS, descriptors / 2));
        }
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, most));
    }

    /**
     * What tcp-connections-per-ip is where it is not set: a quarter, so that one address cannot
     * fill the node, and in no case fewer than it may have sessions.
     *
     * @param most of the node; 0 = no limit
     * @param sessions that an address may have; 0 = no limit
     */
    public static int defaultMostOfAddress(int most, int sessions) {
        if (most == 0 || sessions == 0) {
            return 0;
        }
        return (int) Math.min(most, Math.max(Math.max(1, most / 4), withRoom(sessions)));
    }

    /** Whether an address is not to have all of the node's. */
    boolean isShared() {
        return mostOfAddress > 0 && mostOfAddress < most;
    }

    /** Some connections are on their way to a session, or out of one. */
    private static long withRoom(int sessions) {
        return sessions + sessions / 8L;
    }

    private static void check(String key, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + ": " + value + " is below 0");
        }
    }
}
