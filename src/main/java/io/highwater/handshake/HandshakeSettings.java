package io.highwater.handshake;

import io.highwater.handshake.address.HostPattern;
import io.highwater.handshake.address.OriginPattern;
import io.highwater.handshake.address.TrustedProxies;
import java.util.List;

/**
 * The limits and filters of opening handshakes. Immutable.
 *
 * @param allowedOrigins {@code https://host[:port]}, {@code https://*.example.com[:port]}, {@code
 *     null}, {@code file://} or {@code *}; empty, the default, means the scheme, host and port of
 *     the request itself
 * @param allowedHosts {@code host[:port]} or {@code *.example.com[:port]}; empty, the default,
 *     means any host. A list guards against DNS rebinding.
 * @param requireOrigin refuses clients without an Origin, which are not browsers; default false
 * @param ratePerIp first upgrades of a TCP connection, per second and address; default 20
 * @param burstPerIp how many of them may come at once; default 40
 * @param streamsPerSecond further HTTP/2 streams of an admitted TCP connection, per second; default
 *     200
 * @param streamsBurst how many of them may come at once; default 1,000
 * @param maxConnections sessions of the node; 0 = no limit; default one per 16 KiB of heap
 * @param maxConnectionsPerIp sessions of one address; 0 = no limit; default a quarter of
 *     maxConnections
 * @param trustedProxies addresses and CIDRs whose X-Forwarded-For, -Proto and -Host are believed;
 *     default none
 * @param deflate the compression that sessions may use unless their path sets its own; default
 *     CONTEXT_4K
 */
public record HandshakeSettings(
        List<String> allowedOrigins,
        List<String> allowedHosts,
        boolean requireOrigin,
        int ratePerIp,
        int burstPerIp,
        int streamsPerSecond,
        int streamsBurst,
        int maxConnections,
        int maxConnectionsPerIp,
        List<String> trustedProxies,
        DeflatePolicy deflate) {
    private static final String PREFIX = "highwater.handshake.";
    private static final int MAX_RATE = 1_000_000;
    private static final long HEAP_BYTES_PER_CONNECTION = 16 * 1024;

    public HandshakeSettings {
        allowedOrigins = List.copyOf(allowedOrigins);
        allowedHosts = List.copyOf(allowedHosts);
        trustedProxies = List.copyOf(trustedProxies);
        parseOrigins(allowedOrigins);
        parseHosts(allowedHosts);
        TrustedProxies.of(trustedProxies);
        within("rate-per-ip", ratePerIp, 1, MAX_RATE);
        within("burst-per-ip", burstPerIp, 1, MAX_RATE);
        within("streams-per-second", streamsPerSecond, 1, MAX_RATE);
        within("streams-burst", streamsBurst, 1, MAX_RATE);
        within("max-connections", maxConnections, 0, Integer.MAX_VALUE);
        within("max-connections-per-ip", maxConnectionsPerIp, 0, Integer.MAX_VALUE);
    }

    public static HandshakeSettings defaults() {
        int max = defaultMaxConnections(Runtime.getRuntime().maxMemory());
        return new HandshakeSettings(
                List.of(),
                List.of(),
                false,
                20,
                40,
                200,
                1_000,
                max,
                defaultMaxConnectionsPerIp(max),
                List.of(),
                DeflatePolicy.CONTEXT_4K);
    }

    /** The default of max-connections. */
    public static int defaultMaxConnections(long heapBytes) {
        return (int) Math.min(Integer.MAX_VALUE, heapBytes / HEAP_BYTES_PER_CONNECTION);
    }

    /**
     * The default of max-connections-per-ip: a quarter, so that one address cannot fill the node.
     */
    public static int defaultMaxConnectionsPerIp(int maxConnections) {
        return maxConnections == 0 ? 0 : Math.max(1, maxConnections / 4);
    }

    /** The allowed origins, parsed. */
    public List<OriginPattern> originPatterns() {
        return parseOrigins(allowedOrigins);
    }

    /** The allowed hosts, parsed. */
    public List<HostPattern> hostPatterns() {
        return parseHosts(allowedHosts);
    }

    /** The trusted proxies, parsed. */
    public TrustedProxies proxies() {
        return TrustedProxies.of(trustedProxies);
    }

    private static List<OriginPattern> parseOrigins(List<String> texts) {
        return OriginPattern.parseAll(PREFIX + "allowed-origins", texts);
    }

    private static List<HostPattern> parseHosts(List<String> texts) {
        return texts.stream().map(t -> HostPattern.parse(PREFIX + "allowed-hosts", t)).toList();
    }

    private static void within(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    PREFIX + key + ": " + value + " is not between " + min + " and " + max);
        }
    }
}
