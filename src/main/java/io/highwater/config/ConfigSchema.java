package io.highwater.config;

import io.highwater.channel.ChannelOverflow;
import io.highwater.handshake.DeflatePolicy;
import io.highwater.outbound.OverflowPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The catalogue: every key, its type, range, default and one sentence. A component is a key ({@code
 * tls.keystorePassword} is {@code highwater.tls.keystore-password}), a record in here a group of
 * them, and a map such a group for each {@linkplain ChosenName name} that is used. {@link
 * ConfigReader} fills it, {@link ConfigKey} lists it. Immutable.
 */
record ConfigSchema(
        @Setting(fallback = "8080", about = "Data port: HTTP/1.1 and h2c. 0 is any free one.")
                @Allowed(max = "65535")
                int port,
        @Setting(
                        shown = "host name",
                        about =
                                "Name of this node, in its log's first line and for channel clients.")
                @Nullable String node,
        @Setting(fallback = "local", about = "Region of this node, in its log's first line.")
                String region,
        @Setting(
                        fallback = "true",
                        about =
                                "Whether this server shows its demo: the page at /, and the endpoints /v1/echo and /v1/chat/ROOM. The channels at /v1/ws are no part of it.")
                boolean demo,
        Tls tls,
        Admin admin,
        Handshake handshake,
        Limits limits,
        Outbound outbound,
        Endpoints endpoints,
        Map<String, Channels> channels,
        Governor governor,
        Keepalive keepalive,
        Drain drain,
        Deflate deflate,
        Log log) {

    record Tls(
            @Setting(fallback = "8443", about = "Data port over TLS (ALPN h2). 0 is any free one.")
                    @Allowed(max = "65535")
                    int port,
            @Setting(
                            form = "a PKCS12 or JKS file",
                            about = "Key and certificate; TLS is on when it is set.")
                    @Nullable Path keystore,
            @Setting(form = "text", about = "Opens the keystore.")
                    @Nullable Secret keystorePassword) {}

    record Admin(
            @Setting(fallback = "9090", about = "Admin port. 0 is any free one.")
                    @Allowed(max = "65535")
                    int port,
            @Setting(fallback = "127.0.0.1", about = "Address the admin port listens on.")
                    String host,
            @Setting(
                            form = "text",
                            about = "What changes from elsewhere need; none: only from loopback.")
                    @Nullable Secret token,
            @Setting(
                            form = "host names, such as metrics.example.com, *.example.com",
                            about =
                                    "Names that requests to the admin port may call it by, beside localhost, addresses and admin.host: a guard against DNS rebinding.")
                    List<String> allowedHosts) {}

    record Handshake(
            @Setting(
                            shown = "same scheme, host and port as the request",
                            form =
                                    "origins, such as https://example.com, https://*.example.com, null, *",
                            about = "Pages that may connect; every one only by a written *.")
                    List<String> allowedOrigins,
            @Setting(
                            shown = "any",
                            form = "hosts, such as example.com, example.com:8443, *.example.com",
                            about = "Hosts that requests may name: a guard against DNS rebinding.")
                    List<String> allowedHosts,
            @Setting(
                            fallback = "false",
                            about = "Refuse clients without Origin, which few send but browsers.")
                    boolean requireOrigin,
            @Setting(
                            fallback = "20",
                            about =
                                    "First upgrades of TCP connections from one address, per second.")
                    @Allowed(min = "1", max = "1000000")
                    int ratePerIp,
            @Setting(fallback = "40", about = "How many of them may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int burstPerIp,
            @Setting(
                            fallback = "200",
                            about =
                                    "Further HTTP/2 streams of an admitted TCP connection, per second.")
                    @Allowed(min = "1", max = "1000000")
                    int streamsPerSecond,
            @Setting(fallback = "1000", about = "How many of them may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int streamsBurst,
            @Setting(
                            shown = "one per 16 KiB of heap",
                            about = "Sessions of this node. 0 is no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer maxConnections,
            @Setting(
                            shown = "a quarter of max-connections",
                            about = "Sessions of one address (IPv6: of one /64). 0 is no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer maxConnectionsPerIp,
            @Setting(
                            form = "addresses or CIDRs, such as 10.0.0.0/8",
                            about = "Proxies whose X-Forwarded-For, -Proto and -Host are believed.")
                    List<String> trustedProxies) {}

    record Limits(
            @Setting(
                            fallback = "64 KiB",
                            about =
                                    "Largest message of a client, its fragments together; more is 1009.")
                    @Allowed(min = "1", max = "1 GiB")
                    ByteSize maxMessageBytes,
            @Setting(
                            fallback = "100",
                            about =
                                    "Commands of a channel session, per second; ten times that is 4429.")
                    @Allowed(min = "1", max = "1000000")
                    int commandsPerSecond,
            @Setting(fallback = "200", about = "How many of them may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int commandsBurst,
            @Setting(
                            fallback = "30s",
                            about =
                                    "A message that has begun and comes at less than 1 KB/s for so long is 1008. 0 is off.")
                    @Allowed(min = "1s", max = "1h", zero = Allowed.Zero.BESIDE)
                    Duration messageTimeout,
            @Setting(
                            fallback = "0.5",
                            about =
                                    "Of the heap, what all clients together may make the node keep; docs/limits.md has its accounts.")
                    @Allowed(min = "0.01", max = "1")
                    double heapShare,
            @Setting(
                            fallback = "0.25",
                            about =
                                    "Of each account, what one address (IPv6: one /64) may have; 1 is off.")
                    @Allowed(min = "0.01", max = "1")
                    double addressShare,
            @Setting(
                            shown = "from the heap and the descriptors",
                            about = "TCP connections of this node. 0 is no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tcpConnections,
            @Setting(
                            shown =
                                    "a quarter of tcp-connections, or 9/8 of max-connections-per-ip if that is more",
                            about =
                                    "TCP connections of one address (IPv6: of one /64). 0 is no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tcpConnectionsPerIp,
            @Setting(
                            shown = "one per 48 KiB of heap, at most tcp-connections",
                            about =
                                    "Of the TCP connections, those that speak TLS, some 12 KB each. 0 is no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tlsConnections,
            @Setting(
                            shown = "a quarter of tls-connections",
                            about =
                                    "TCP connections with TLS of one address (IPv6: of one /64). 0 is no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tlsConnectionsPerIp,
            @Setting(fallback = "100", about = "New TCP connections from one address, per second.")
                    @Allowed(min = "1", max = "1000000")
                    int connectionsPerSecond,
            @Setting(fallback = "200", about = "How many of them may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int connectionsBurst,
            @Setting(
                            fallback = "10s",
                            about =
                                    "For a TLS handshake, from accept; later the connection is reset.")
                    @Allowed(min = "100ms", max = "1d")
                    Duration tlsHandshakeTimeout,
            @Setting(
                            fallback = "10s",
                            about =
                                    "For all of a request's head, however it trickles; later is 408.")
                    @Allowed(min = "100ms", max = "1d")
                    Duration headTimeout,
            @Setting(
                            fallback = "30s",
                            about =
                                    "How long a client may send a body, or read an answer, at less than 1 KiB per second; then the connection is reset.")
                    @Allowed(min = "100ms", max = "1d")
                    Duration requestTimeout,
            @Setting(fallback = "8 KiB", about = "Largest request line and headers; more is 431.")
                    @Allowed(min = "1 KiB", max = "1 MiB")
                    ByteSize maxHeaderBytes,
            @Setting(
                            fallback = "1000",
                            about =
                                    "Resets, refused streams, empty and control frames and bad requests of one address, per second.")
                    @Allowed(min = "1", max = "1000000")
                    int wastePerSecond,
            @Setting(fallback = "30000", about = "How many of them may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int wasteBurst) {}

    record Outbound(
            @Setting(fallback = "100", about = "Messages in a queue above which the policy acts.")
                    @Allowed(min = "1", max = "1000000")
                    int highMessages,
            @Setting(fallback = "10 MiB", about = "Bytes in a queue above which the policy acts.")
                    @Allowed(min = "1", max = "1 GiB")
                    ByteSize highBytes,
            @Setting(
                            fallback = "50",
                            about =
                                    "Messages at which a queue is writable again; below the high mark.")
                    @Allowed(max = "999999")
                    int lowMessages,
            @Setting(
                            fallback = "5 MiB",
                            about =
                                    "Bytes at which a queue is writable again; below the high mark.")
                    @Allowed(max = "1 GiB")
                    ByteSize lowBytes,
            @Setting(
                            fallback = "30s",
                            about =
                                    "How long an evicted client may take to read its close frame. 0 resets.")
                    @Allowed(max = "10m")
                    Duration evictLinger,
            @Setting(fallback = "128 KiB", about = "SO_SNDBUF: the kernel's share of a queue.")
                    @Allowed(min = "4 KiB", max = "16 MiB")
                    ByteSize socketBuffer) {}

    record Endpoints(
            @Setting(
                            fallback = "EVICT",
                            about =
                                    "What becomes of a slow session: EVICT ends it with 1013; LATEST drops the older messages; PAUSE stops reading from it.")
                    OverflowPolicy policy,
            @Setting(
                            fallback = "50",
                            about = "Messages, or keys once keys are used, that LATEST keeps.")
                    @Allowed(min = "1", max = "1000000")
                    int latestCount) {}

    /** Null is what the longest shorter prefix says that sets it, in the end the default. */
    record Channels(
            @Setting(
                            form = "up to 200 of A-Z a-z 0-9 . _ : / -, or * for all channels",
                            about =
                                    "The channels that the other keys of NAME are for: those whose names begin with this; the longest wins.")
                    @Nullable String prefix,
            @Setting(shown = "EVICT", about = "What becomes of their slow subscribers.")
                    @Nullable ChannelOverflow policy,
            @Setting(
                            shown = "50",
                            about =
                                    "Messages, or keys once keys are used, that LATEST keeps, up to the high mark.")
                    @Allowed(min = "1", max = "10000")
                    @Nullable Integer latestCount,
            @Setting(
                            shown = "1000",
                            about =
                                    "Messages of a channel kept for clients that resume. 0 keeps none.")
                    @Allowed(max = "1000000")
                    @Nullable Integer historyMessages,
            @Setting(shown = "2m", about = "How long they are kept.")
                    @Allowed(min = "1s", max = "24h")
                    @Nullable Duration historyAge) {}

    record Governor(
            @Setting(
                            fallback = "0.005",
                            about =
                                    "Of all sessions, those that may be slow, if 20 or more are; 1 is off.")
                    @Allowed(max = "1")
                    double slowFraction,
            @Setting(
                            fallback = "0.05",
                            about =
                                    "Of the heap, what queues may keep before slow sessions are evicted; 1 is off.")
                    @Allowed(max = "1")
                    double heapFraction) {}

    record Keepalive(
            @Setting(fallback = "25s", about = "Between two pings of a session. 0 is off.")
                    @Allowed(min = "100ms", max = "7d", zero = Allowed.Zero.BESIDE)
                    Duration pingInterval,
            @Setting(fallback = "10s", about = "How long a pong may take; later is 4408.")
                    @Allowed(min = "100ms", max = "7d")
                    Duration pongTimeout,
            @Setting(
                            fallback = "40s",
                            about = "Silence that ends a session; at least ping and pong together.")
                    @Allowed(min = "100ms", max = "14d")
                    Duration idleTimeout) {}

    record Drain(
            @Setting(
                            fallback = "5s",
                            about =
                                    "Over which sessions are closed with 1012 at a stop. 0 is at once.")
                    @Allowed(max = "1h")
                    Duration window) {}

    record Deflate(
            @Setting(
                            fallback = "CONTEXT_4K",
                            about =
                                    "permessage-deflate, by what a connection may keep in each direction: at SHARED nothing of what is sent; OFF declines it.")
                    DeflatePolicy mode,
            @Setting(fallback = "64", about = "Shorter messages are not compressed.")
                    @Allowed(max = "1 MiB")
                    ByteSize minBytes,
            @Setting(
                            fallback = "6",
                            about =
                                    "zlib's effort for messages below 2 KiB; larger ones get 3 at most.")
                    @Allowed(min = "1", max = "9")
                    int level,
            @Setting(
                            shown = "a tenth of limits.heap-share",
                            about =
                                    "Of the heap, what contexts may take before new and idle ones are given up, and above twice it all compression; that is a fifth of limits.heap-share at most.")
                    @Allowed(max = "1")
                    @Nullable Double budget) {}

    record Log(
            @Setting(
                            shown = "as the logging library's file says: INFO",
                            about =
                                    "How much this server logs, with Logback; DEBUG has a line for each session that did not end in order, 60 a minute from an address.")
                    @Nullable Level level) {}
}
