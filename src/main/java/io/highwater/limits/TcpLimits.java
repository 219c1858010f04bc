package io.highwater.limits;

/**
 * How many TCP connections there may be, WebSockets and all others. Immutable.
 *
 * @param tcp {@code highwater.limits.tcp-connections} and {@code -per-ip}: of all kinds
 * @param tls {@code highwater.limits.tls-connections} and {@code -per-ip}: those among them that
 *     speak TLS
 */
public record TcpLimits(ConnectionLimit tcp, ConnectionLimit tls) {
    /** A connection and what the kernel keeps of it, at the very least. */
    private static final long HEAP_BYTES_PER_CONNECTION = 8 << 10;

    /**
     * The JDK's engine and Jetty keep some 12 KB for TLS, for as long as the connection is open:
     * with this limit that is at most a quarter of the heap.
     */
    private static final long HEAP_BYTES_PER_TLS_CONNECTION = 48 << 10;

    /** Descriptors for everything else: files, the log, the admin port, peers such as Redis. */
    private static final long RESERVED_DESCRIPTORS = 128;

    public TcpLimits {
        tcp.check("highwater.limits.tcp-connections");
        tls.check("highwater.limits.tls-connections");
    }

    public static TcpLimits unlimited() {
        return new TcpLimits(ConnectionLimit.none(), ConnectionLimit.none());
    }

    /**
     * The default of tcp-connections: as many as the heap and the descriptors allow, and in no case
     * fewer than there may be sessions, if there are descriptors for them.
     *
     * @param descriptors how many this process may have, or less than 1 if unknown
     * @param sessions how many there may be; 0 = no limit
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
     * The default of tcp-connections-per-ip: a quarter, so that one address cannot fill the node,
     * and in no case fewer than it may have sessions.
     *
     * @param most connections of the node; 0 = no limit
     * @param sessions how many an address may have; 0 = no limit
     */
    public static int defaultMostOfAddress(int most, int sessions) {
        if (most == 0 || sessions == 0) {
            return 0;
        }
        return (int) Math.min(most, Math.max(Math.max(1, most / 4), withRoom(sessions)));
    }

    /**
     * The default of tls-connections: as many as the heap allows.
     *
     * @param mostTcp connections of the node; 0 = no limit
     */
    public static int defaultMostTls(long heapBytes, int mostTcp) {
        long most = Math.max(1, heapBytes / HEAP_BYTES_PER_TLS_CONNECTION);
        return (int) Math.min(mostTcp == 0 ? Integer.MAX_VALUE : mostTcp, most);
    }

    /**
     * The default of tls-connections-per-ip: a quarter.
     *
     * @param most TLS connections of the node; 0 = no limit
     * @param sessions how many an address may have; 0 = no limit
     */
    public static int defaultMostTlsOfAddress(int most, int sessions) {
        return most == 0 || sessions == 0 ? 0 : Math.max(1, most / 4);
    }

    /** Some connections are about to become a session, or have just been one. */
    private static long withRoom(int sessions) {
        return sessions + sessions / 8L;
    }
}
