package io.highwater.config;

import io.highwater.channel.Audience;
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
 * The catalogue: every key with its type, range, default and description. A component is a key
 * ({@code tls.keystorePassword} is {@code highwater.tls.keystore-password}); a nested record is a
 * group of keys; a map has one group for each {@linkplain ChosenName name} in use. {@link
 * ConfigReader} fills it, {@link ConfigKey} lists it. Immutable.
 */
record ConfigSchema(
        @Setting(fallback = "8080", about = "Data port for HTTP/1.1 and h2c. 0 picks a free port.")
                @Allowed(max = "65535")
                int port,
        @Setting(
                        shown = "host name",
                        about =
                                "Name of this node, in its log's first line and for channel clients.")
                @Nullable String node,
        @Setting(
                        fallback = "local",
                        about =
                                "Region of this node: in its log's first line, and with backbone=redis the origin of its channels' positions.")
                String region,
        @Setting(
                        fallback = "true",
                        about =
                                "Whether this server has its demo: the page at / and the endpoints /v1/echo and /v1/chat/ROOM. The channels at /v1/ws are not part of it.")
                boolean demo,
        Tls tls,
        Admin admin,
        HttpApi api,
        Handshake handshake,
        Auth auth,
        Limits limits,
        Outbound outbound,
        Endpoints endpoints,
        Map<String, Channels> channels,
        @Setting(
                        fallback = "local",
                        about =
                                "Where the log of the channels is: local is on this node alone, redis in a Redis or Valkey that nodes share.")
                BackboneKind backbone,
        Redis redis,
        Archive archive,
        Governor governor,
        Keepalive keepalive,
        Drain drain,
        Deflate deflate,
        Log log) {

    record Tls(
            @Setting(
                            fallback = "8443",
                            about = "Data port over TLS (ALPN h2). 0 picks a free port.")
                    @Allowed(max = "65535")
                    int port,
            @Setting(
                            form = "a PKCS12 or JKS file",
                            about = "Key and certificate. Setting it turns TLS on.")
                    @Nullable Path keystore,
            @Setting(form = "text", about = "Password of the keystore.")
                    @Nullable Secret keystorePassword,
            @Setting(
                            fallback = "none",
                            about =
                                    "Whether clients are asked for a certificate (mutual TLS), whose subject then says who they are: want lets in those without one, need refuses them.")
                    ClientAuth clientAuth,
            @Setting(
                            form = "a PKCS12 or JKS file",
                            about =
                                    "Certificates of those whose clients are trusted. Needed for client-auth.")
                    @Nullable Path truststore,
            @Setting(form = "text", about = "Password of the truststore.")
                    @Nullable Secret truststorePassword) {}

    record Admin(
            @Setting(fallback = "9090", about = "Admin port. 0 picks a free port.")
                    @Allowed(max = "65535")
                    int port,
            @Setting(fallback = "127.0.0.1", about = "Address the admin port listens on.")
                    String host,
            @Setting(
                            form = "text",
                            about =
                                    "Token that changes from other machines need. Without one, changes are possible only from loopback.")
                    @Nullable Secret token,
            @Setting(
                            form = "host names, such as metrics.example.com, *.example.com",
                            about =
                                    "Host names that requests to the admin port may use besides localhost, addresses and admin.host: a guard against DNS rebinding.")
                    List<String> allowedHosts) {}

    record HttpApi(
            @Setting(
                            about =
                                    "Port of the HTTP API, over TLS if tls.keystore is set. Setting it turns the API on. 0 picks a free port.")
                    @Allowed(max = "65535")
                    @Nullable Integer port,
            @Setting(
                            form = "a text file",
                            about =
                                    "The keys of the HTTP API, one a line: a name, the SHA-256 of the key, and what it may do. Read at the start.")
                    @Nullable Path keysFile) {}

    record Handshake(
            @Setting(
                            shown = "same scheme, host and port as the request",
                            form =
                                    "origins, such as https://example.com, https://*.example.com, null, *",
                            about =
                                    "Origins that may connect, in place of the default: list the"
                                            + " node's own if its pages connect. * allows every"
                                            + " origin.")
                    List<String> allowedOrigins,
            @Setting(
                            shown = "any",
                            form = "hosts, such as example.com, example.com:8443, *.example.com",
                            about = "Hosts that requests may name: a guard against DNS rebinding.")
                    List<String> allowedHosts,
            @Setting(
                            fallback = "false",
                            about =
                                    "Whether to refuse clients that send no Origin. Few clients except browsers send one.")
                    boolean requireOrigin,
            @Setting(
                            fallback = "20",
                            about =
                                    "Maximum upgrades per second from one address, counting only the first upgrade of each TCP connection.")
                    @Allowed(min = "1", max = "1000000")
                    int ratePerIp,
            @Setting(fallback = "40", about = "How many of these upgrades may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int burstPerIp,
            @Setting(
                            fallback = "200",
                            about =
                                    "Maximum further HTTP/2 streams per second on an admitted TCP connection.")
                    @Allowed(min = "1", max = "1000000")
                    int streamsPerSecond,
            @Setting(fallback = "1000", about = "How many of these streams may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int streamsBurst,
            @Setting(
                            shown = "one per 16 KiB of heap",
                            about = "Maximum sessions of this node. 0 means no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer maxConnections,
            @Setting(
                            shown = "a quarter of max-connections",
                            about =
                                    "Maximum sessions of one address (IPv6: of one /64). 0 means no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer maxConnectionsPerIp,
            @Setting(
                            form = "addresses or CIDRs, such as 10.0.0.0/8",
                            about = "Proxies whose X-Forwarded-For, -Proto and -Host are trusted.")
                    List<String> trustedProxies) {}

    record Auth(
            @Setting(
                            form = "an http or https address, such as https://id.example.com/keys",
                            about =
                                    "Where the issuer of tokens publishes its keys (JWKS). One of jwks-uri, public-key and secret-file turns tokens on.")
                    @Nullable String jwksUri,
            @Setting(
                            form = "a PEM file",
                            about = "The issuer's public key or certificate, if it has one alone.")
                    @Nullable Path publicKey,
            @Setting(
                            form = "a file of at least 32 bytes",
                            about =
                                    "A secret shared with the issuer, which signs by HMAC. A line end at its end does not count.")
                    @Nullable Path secretFile,
            @Setting(shown = "any", about = "What the claim iss of a token must be.")
                    @Nullable String issuer,
            @Setting(
                            about =
                                    "What the claim aud of a token must contain. Without it, a token that has an aud is refused.")
                    @Nullable String audience,
            @Setting(
                            shown = "all for public keys; HS256 for secret-file",
                            form =
                                    "some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512; with secret-file, of HS256, HS384, HS512",
                            about = "The algorithms that a token may be signed with.")
                    List<String> algorithms,
            @Setting(
                            fallback = "false",
                            about =
                                    "Whether to refuse handshakes without a token, with 401. Bad tokens are always refused.")
                    boolean required,
            @Setting(
                            form = "the name of a cookie",
                            about =
                                    "Cookie that may carry the token. Then the handshake needs an Origin, which must be allowed.")
                    @Nullable String cookie,
            @Setting(
                            form = "the name of a parameter",
                            about =
                                    "Parameter of the query that may carry the token. Addresses end up in the logs of proxies and browsers: use it only for clients that can do nothing else.")
                    @Nullable String queryParameter) {}

    record Limits(
            @Setting(
                            fallback = "64 KiB",
                            about =
                                    "Largest message of a client, all fragments together. A larger one ends the session with 1009.")
                    @Allowed(min = "1", max = "1 GiB")
                    ByteSize maxMessageBytes,
            @Setting(
                            fallback = "100",
                            about =
                                    "Maximum commands per second of a channel session. Ten times as many end it with 4429.")
                    @Allowed(min = "1", max = "1000000")
                    int commandsPerSecond,
            @Setting(fallback = "200", about = "How many commands may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int commandsBurst,
            @Setting(
                            fallback = "30s",
                            about =
                                    "How long a message that has begun may arrive at less than 1 KB/s; after that the session ends with 1008. 0 turns this off.")
                    @Allowed(min = "1s", max = "1h", zero = Allowed.Zero.BESIDE)
                    Duration messageTimeout,
            @Setting(
                            fallback = "0.5",
                            about =
                                    "Share of the heap that all clients together may make the node keep. docs/limits.md lists its accounts.")
                    @Allowed(min = "0.01", max = "1")
                    double heapShare,
            @Setting(
                            fallback = "0.25",
                            about =
                                    "Share of each account that one address (IPv6: one /64) may use. 1 turns this off.")
                    @Allowed(min = "0.01", max = "1")
                    double addressShare,
            @Setting(
                            shown = "from the heap and the descriptors",
                            about = "Maximum TCP connections of this node. 0 means no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tcpConnections,
            @Setting(
                            shown =
                                    "a quarter of tcp-connections, or 9/8 of max-connections-per-ip if that is more",
                            about =
                                    "Maximum TCP connections of one address (IPv6: of one /64). 0 means no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tcpConnectionsPerIp,
            @Setting(
                            shown = "one per 48 KiB of heap, at most tcp-connections",
                            about =
                                    "Maximum TCP connections with TLS; each takes some 12 KB. 0 means no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tlsConnections,
            @Setting(
                            shown = "a quarter of tls-connections",
                            about =
                                    "Maximum TCP connections with TLS of one address (IPv6: of one /64). 0 means no limit.")
                    @Allowed(max = "100000000")
                    @Nullable Integer tlsConnectionsPerIp,
            @Setting(
                            fallback = "100",
                            about = "Maximum new TCP connections per second from one address.")
                    @Allowed(min = "1", max = "1000000")
                    int connectionsPerSecond,
            @Setting(
                            fallback = "200",
                            about = "How many new connections from one address may come at once.")
                    @Allowed(min = "1", max = "1000000")
                    int connectionsBurst,
            @Setting(
                            fallback = "10s",
                            about =
                                    "Time for a TLS handshake, from accept. After that the connection is reset.")
                    @Allowed(min = "100ms", max = "1d")
                    Duration tlsHandshakeTimeout,
            @Setting(
                            fallback = "10s",
                            about =
                                    "Time for the whole head of a request, even if bytes keep trickling in. After that the answer is 408.")
                    @Allowed(min = "100ms", max = "1d")
                    Duration headTimeout,
            @Setting(
                            fallback = "30s",
                            about =
                                    "How long a client may send a body, or read an answer, at less than 1 KiB per second; then the connection is reset.")
                    @Allowed(min = "100ms", max = "1d")
                    Duration requestTimeout,
            @Setting(
                            fallback = "8 KiB",
                            about =
                                    "Largest request line and headers together. A larger head is answered with 431.")
                    @Allowed(min = "1 KiB", max = "1 MiB")
                    ByteSize maxHeaderBytes,
            @Setting(
                            fallback = "1000",
                            about =
                                    "Maximum resets, refused streams, empty frames, control frames and bad requests per second from one address.")
                    @Allowed(min = "1", max = "1000000")
                    int wastePerSecond,
            @Setting(fallback = "30000", about = "How many of these may come at once.")
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
                                    "A queue is writable again at this many messages. Must be below the high mark.")
                    @Allowed(max = "999999")
                    int lowMessages,
            @Setting(
                            fallback = "5 MiB",
                            about =
                                    "A queue is writable again at this many bytes. Must be below the high mark.")
                    @Allowed(max = "1 GiB")
                    ByteSize lowBytes,
            @Setting(
                            fallback = "30s",
                            about =
                                    "How long an evicted client may take to read its close frame. 0 resets its connection at once.")
                    @Allowed(max = "10m")
                    Duration evictLinger,
            @Setting(
                            fallback = "128 KiB",
                            about =
                                    "SO_SNDBUF: the part of a session's queue that the kernel holds.")
                    @Allowed(min = "4 KiB", max = "16 MiB")
                    ByteSize socketBuffer) {}

    record Endpoints(
            @Setting(
                            fallback = "EVICT",
                            about =
                                    "What happens to a slow session: EVICT ends it with 1013, LATEST drops its older messages, PAUSE stops reading from it.")
                    OverflowPolicy policy,
            @Setting(
                            fallback = "50",
                            about =
                                    "How many messages LATEST keeps, or how many keys once keys are used.")
                    @Allowed(min = "1", max = "1000000")
                    int latestCount) {}

    /** Null means the value of the next shorter prefix that sets it, or else the default. */
    record Channels(
            @Setting(
                            form = "up to 200 of A-Z a-z 0-9 . _ : / -, or * for all channels",
                            about =
                                    "The other keys of NAME apply to channels whose names begin with this. The longest matching prefix wins.")
                    @Nullable String prefix,
            @Setting(
                            shown = "EVICT",
                            about =
                                    "What happens to slow subscribers of these channels; of ephemeral ones LATEST, if it is not set or DEMOTE.")
                    @Nullable ChannelOverflow policy,
            @Setting(
                            shown = "50",
                            about =
                                    "How many messages LATEST keeps, or how many keys once keys are used; at most up to the high mark.")
                    @Allowed(min = "1", max = "10000")
                    @Nullable Integer latestCount,
            @Setting(
                            shown = "1000",
                            about =
                                    "How many messages of a channel are kept for clients that resume. 0 keeps none.")
                    @Allowed(max = "1000000")
                    @Nullable Integer historyMessages,
            @Setting(shown = "2m", about = "How long these messages are kept.")
                    @Allowed(min = "1s", max = "24h")
                    @Nullable Duration historyAge,
            @Setting(
                            shown = "everyone; authenticated with tokens",
                            about = "Who may subscribe, and receive what was missed.")
                    @Nullable Audience subscribe,
            @Setting(shown = "everyone; authenticated with tokens", about = "Who may publish.")
                    @Nullable Audience publish,
            @Setting(
                            shown = "everyone; authenticated with tokens",
                            about = "Who may read the channel's messages by history.")
                    @Nullable Audience history,
            @Setting(
                            shown = "everyone; authenticated with tokens",
                            about = "Who may see who is subscribed.")
                    @Nullable Audience presence,
            @Setting(
                            shown = "false",
                            about =
                                    "Whether messages tell subscribers the subject that published them, if it has one.")
                    @Nullable Boolean publisher) {}

    record Redis(
            @Setting(
                            form =
                                    "redis://HOST:PORT, redis-sentinel://HOST:PORT,HOST:PORT?sentinelMasterId=NAME or redis-cluster://HOST:PORT,HOST:PORT; with TLS, rediss instead of redis",
                            about =
                                    "Where Redis is, if backbone is redis. May contain a user and a password, which no log shows.")
                    @Nullable Secret uri,
            @Setting(
                            fallback = "highwater",
                            form = "up to 64 of A-Z a-z 0-9 . _ : / -",
                            about =
                                    "Begins all keys in Redis. Nodes with another prefix share nothing with these.")
                    String prefix) {}

    record Archive(
            @Setting(
                            form =
                                    "file:DIR, a folder of this node, such as file:data; or jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD",
                            about =
                                    "Where the messages of all channels are kept, so that they outlive the node: in a folder, or in PostgreSQL. docs/archive.md tells of both. May contain a password, which no log shows. Without one, channels live in memory.")
                    @Nullable Secret url,
            @Setting(
                            fallback = "30d",
                            about =
                                    "How long the archive keeps messages: it drops them at most a day after that.")
                    @Allowed(min = "1m", max = "3660d")
                    Duration retention) {}

    record Governor(
            @Setting(
                            fallback = "0.005",
                            about =
                                    "Share of all sessions that may be slow before some of them are evicted. Has no effect while fewer than 20 are slow. 1 turns this off.")
                    @Allowed(max = "1")
                    double slowFraction,
            @Setting(
                            fallback = "0.05",
                            about =
                                    "Share of the heap that queues may keep before slow sessions are evicted. 1 turns this off.")
                    @Allowed(max = "1")
                    double heapFraction) {}

    record Keepalive(
            @Setting(
                            fallback = "25s",
                            about = "Time between two pings of a session. 0 turns pings off.")
                    @Allowed(min = "100ms", max = "7d", zero = Allowed.Zero.BESIDE)
                    Duration pingInterval,
            @Setting(
                            fallback = "10s",
                            about =
                                    "How long a pong may take. After that the session ends with 4408.")
                    @Allowed(min = "100ms", max = "7d")
                    Duration pongTimeout,
            @Setting(
                            fallback = "40s",
                            about =
                                    "How long a client may be silent before its session ends. At least ping-interval and pong-timeout together.")
                    @Allowed(min = "100ms", max = "14d")
                    Duration idleTimeout) {}

    record Drain(
            @Setting(
                            fallback = "5s",
                            about =
                                    "Time over which sessions are closed with 1012 at a stop. 0 closes all at once.")
                    @Allowed(max = "1h")
                    Duration window) {}

    record Deflate(
            @Setting(
                            fallback = "CONTEXT_4K",
                            about =
                                    "Mode of permessage-deflate: how much context a connection may keep in each direction. SHARED keeps none of what is sent; OFF declines the extension.")
                    DeflatePolicy mode,
            @Setting(fallback = "64", about = "Messages shorter than this are not compressed.")
                    @Allowed(max = "1 MiB")
                    ByteSize minBytes,
            @Setting(
                            fallback = "6",
                            about =
                                    "zlib level for messages below 2 KiB. Larger messages get level 3 at most.")
                    @Allowed(min = "1", max = "9")
                    int level,
            @Setting(
                            shown = "a tenth of limits.heap-share",
                            about =
                                    "Share of the heap that contexts may take before new and idle ones are given up. Above twice this share all compression is given up. Twice the share may be at most a fifth of limits.heap-share.")
                    @Allowed(max = "1")
                    @Nullable Double budget) {}

    record Log(
            @Setting(
                            shown = "as the logging library's file says: INFO",
                            about =
                                    "How much this server logs, with Logback. DEBUG adds a line for each session that did not end in order, at most 60 per minute from one address.")
                    @Nullable Level level) {}
}
