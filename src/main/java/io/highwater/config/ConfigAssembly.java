package io.highwater.config;

import com.sun.management.UnixOperatingSystemMXBean;
import io.highwater.admin.AdminSettings;
import io.highwater.archive.ArchiveSettings;
import io.highwater.archive.postgres.PostgresSettings;
import io.highwater.backbone.redis.RedisSettings;
import io.highwater.channel.ChannelSettings;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.identity.KeySource;
import io.highwater.identity.TokenSettings;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.ConnectionLimit;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.TcpLimits;
import io.highwater.outbound.GovernorSettings;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.WaterMarks;
import io.highwater.publish.http.ApiKey;
import io.highwater.publish.http.ApiSettings;
import io.highwater.server.EdgeSettings;
import io.highwater.server.ServerSettings;
import io.highwater.server.ServerSettings.ClientCertificates;
import io.highwater.server.ServerSettings.Keystore;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the packages' settings from the schema's values. Each settings record checks itself; this
 * class checks what involves several of them. Confined to its caller.
 */
final class ConfigAssembly {
    /** Tolerance for the rounding of fractions that are written with a few digits. */
    private static final double ROUNDING = 1e-9;

    private final ConfigSchema schema;
    private final ConfigProblems problems;

    private ConfigAssembly(ConfigSchema schema, ConfigProblems problems) {
        this.schema = schema;
        this.problems = problems;
    }

    static HighwaterConfig read(ConfigSources sources, Consumer<String> warnings)
            throws ConfigException {
        UnknownKeys unknown = new UnknownKeys(ConfigKey.all());
        Map<String, String> variables = unknown.usable(sources.environment(), warnings);
        ConfigProblems problems = new ConfigProblems(key -> sources.whoSet(key, variables));
        unknown.check(sources, problems);
        ConfigSchema schema = ConfigReader.read(sources, variables, problems);
        return new ConfigAssembly(schema, problems).assemble();
    }

    private HighwaterConfig assemble() throws ConfigException {
        Keystore keystore =
                problems.attempt(
                        this::keystore, "highwater.tls.keystore", "highwater.tls.client-auth");
        ServerSettings server =
                problems.attempt(
                        () -> server(keystore),
                        "highwater.port",
                        "highwater.tls.port",
                        "highwater.outbound.socket-buffer",
                        "highwater.limits.head-timeout",
                        "highwater.limits.tls-handshake-timeout",
                        "highwater.limits.request-timeout",
                        "highwater.limits.max-header-bytes");
        AdminSettings admin = problems.attempt(this::admin, "highwater.admin.");
        ApiSettings api = problems.attempt(this::api, "highwater.api.");
        HandshakeSettings handshake = handshake();
        TokenSettings tokens = problems.attempt(() -> tokens(handshake), "highwater.auth.");
        WireSettings wire = problems.attempt(this::wire, "highwater.limits.");
        WaterMarks marks =
                problems.attempt(
                        this::marks, "highwater.outbound.high-", "highwater.outbound.low-");
        ChannelSettings channels = ChannelsAssembly.make(schema.channels(), problems);
        RedisSettings redis = problems.attempt(this::redis, "highwater.backbone");
        ArchiveSettings archive =
                problems.attempt(this::archive, "highwater.archive.url", "highwater.backbone");
        KeepaliveSettings keepalive = problems.attempt(this::keepalive, "highwater.keepalive.");
        DeflateSettings deflate =
                problems.attempt(
                        this::deflate, "highwater.deflate.", "highwater.limits.heap-share");
        checkAdminPort(keystore);
        problems.throwIfAny();
        return new HighwaterConfig(
                schema.node() == null ? hostName() : schema.node(),
                schema.region(),
                schema.demo(),
                made(server),
                made(admin),
                api,
                handshake,
                made(tokens),
                limits(),
                tcpLimits(handshake),
                made(wire),
                schema.limits().commandsPerSecond(),
                schema.limits().commandsBurst(),
                channels,
                redis,
                archive,
                new OutboundSettings(
                        made(marks),
                        schema.endpoints().policy(),
                        schema.endpoints().latestCount(),
                        schema.outbound().evictLinger()),
                new GovernorSettings(
                        schema.governor().slowFraction(), schema.governor().heapFraction()),
                made(keepalive),
                schema.drain().window(),
                made(deflate),
                schema.log().level());
    }

    private ServerSettings server(@Nullable Keystore keystore) {
        return new ServerSettings(
                schema.port(),
                schema.tls().port(),
                keystore,
                (int) schema.outbound().socketBuffer().bytes(),
                ServerSettings.defaults().idleTimeout(),
                new EdgeSettings(
                        schema.limits().headTimeout(),
                        schema.limits().tlsHandshakeTimeout(),
                        schema.limits().requestTimeout(),
                        (int) schema.limits().maxHeaderBytes().bytes()));
    }

    /** Null if TLS is off. */
    private @Nullable Keystore keystore() {
        Path path = schema.tls().keystore();
        Secret password = schema.tls().keystorePassword();
        if (path == null && password == null) {
            if (schema.tls().clientAuth() != ClientAuth.NONE) {
                throw new IllegalArgumentException(
                        "highwater.tls.client-auth: \""
                                + schema.tls().clientAuth()
                                + "\" has no effect: highwater.tls.keystore is not set");
            }
            return null;
        }
        if (path == null) {
            throw new IllegalArgumentException(
                    "highwater.tls.keystore-password: \"***\" opens nothing:"
                            + " highwater.tls.keystore is not set");
        }
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new IllegalArgumentException(
                    "highwater.tls.keystore: \"" + path + "\" is not a file that can be read");
        }
        if (password == null) {
            throw new IllegalArgumentException(
                    "highwater.tls.keystore-password: none is set; highwater.tls.keystore needs one");
        }
        checkOpens(path, password);
        return new Keystore(path, password.reveal(), clientCertificates());
    }

    /** Null if clients are not asked for certificates. */
    private @Nullable ClientCertificates clientCertificates() {
        ClientAuth auth = schema.tls().clientAuth();
        Path path = schema.tls().truststore();
        Secret password = schema.tls().truststorePassword();
        if (auth == ClientAuth.NONE) {
            if (path != null) {
                throw new IllegalArgumentException(
                        "highwater.tls.truststore: \""
                                + path
                                + "\" has no effect: write highwater.tls.client-auth=want or need");
            }
            return null;
        }
        if (path == null || password == null) {
            throw new IllegalArgumentException(
                    "highwater.tls.client-auth: \""
                            + auth
                            + "\" needs highwater.tls.truststore and"
                            + " highwater.tls.truststore-password: the certificates of those whose"
                            + " clients are trusted");
        }
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new IllegalArgumentException(
                    "highwater.tls.truststore: \"" + path + "\" is not a file that can be read");
        }
        checkTrusts(path, password);
        return new ClientCertificates(
                auth == ClientAuth.NEED
                        ? ClientCertificates.Need.NEED
                        : ClientCertificates.Need.WANT,
                path,
                password.reveal());
    }

    /** The JDK would trust nobody with an empty one, and say so only to clients. */
    private static void checkTrusts(Path path, Secret password) {
        try {
            KeyStore store = KeyStore.getInstance(path.toFile(), password.reveal().toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                if (store.isCertificateEntry(alias)) {
                    return;
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "highwater.tls.truststore: \""
                            + path
                            + "\" is not a PKCS12 or JKS file that"
                            + " highwater.tls.truststore-password opens",
                    e);
        }
        throw new IllegalArgumentException(
                "highwater.tls.truststore: \"" + path + "\" holds no trusted certificate");
    }

    private static void checkOpens(Path path, Secret password) {
        try {
            KeyStore.getInstance(path.toFile(), password.reveal().toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "highwater.tls.keystore: \""
                            + path
                            + "\" is not a PKCS12 or JKS file that"
                            + " highwater.tls.keystore-password opens",
                    e);
        }
    }

    private AdminSettings admin() {
        ConfigSchema.Admin admin = schema.admin();
        Secret token = admin.token();
        return new AdminSettings(
                admin.host(),
                admin.port(),
                token == null ? null : token.reveal(),
                admin.allowedHosts());
    }

    /** Null if the HTTP API is off. */
    private @Nullable ApiSettings api() {
        Integer port = schema.api().port();
        Path file = schema.api().keysFile();
        if (port == null) {
            if (file != null) {
                throw new IllegalArgumentException(
                        "highwater.api.keys-file: \""
                                + file
                                + "\" opens nothing: highwater.api.port is not set");
            }
            return null;
        }
        if (file == null) {
            throw new IllegalArgumentException(
                    "highwater.api.keys-file: none is set; highwater.api.port needs one");
        }
        return new ApiSettings(port, apiKeys(file));
    }

    private static List<ApiKey> apiKeys(Path file) {
        List<ApiKey> keys;
        try {
            keys = ApiKey.read(Files.readAllLines(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "highwater.api.keys-file: \"" + file + "\" is not a file that can be read", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "highwater.api.keys-file: \"" + file + "\" " + e.getMessage(), e);
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(
                    "highwater.api.keys-file: \"" + file + "\" has no key");
        }
        return keys;
    }

    /** Checks each list separately, so that the first wrong one does not hide the next. */
    private HandshakeSettings handshake() {
        ConfigSchema.Handshake rules = schema.handshake();
        List<String> origins =
                tried(rules.allowedOrigins(), l -> handshake(l, List.of(), List.of()));
        List<String> hosts = tried(rules.allowedHosts(), l -> handshake(List.of(), l, List.of()));
        List<String> proxies =
                tried(rules.trustedProxies(), l -> handshake(List.of(), List.of(), l));
        return handshake(origins, hosts, proxies);
    }

    private List<String> tried(List<String> list, Function<List<String>, HandshakeSettings> make) {
        return problems.attempt(() -> make.apply(list)) == null ? List.of() : list;
    }

    private HandshakeSettings handshake(
            List<String> origins, List<String> hosts, List<String> proxies) {
        ConfigSchema.Handshake rules = schema.handshake();
        long heapBytes = Runtime.getRuntime().maxMemory();
        int most =
                orElse(rules.maxConnections(), HandshakeSettings.defaultMaxConnections(heapBytes));
        return new HandshakeSettings(
                origins,
                hosts,
                rules.requireOrigin(),
                rules.ratePerIp(),
                rules.burstPerIp(),
                rules.streamsPerSecond(),
                rules.streamsBurst(),
                most,
                orElse(
                        rules.maxConnectionsPerIp(),
                        HandshakeSettings.defaultMaxConnectionsPerIp(most)),
                proxies,
                schema.deflate().mode());
    }

    private TokenSettings tokens(HandshakeSettings handshake) {
        ConfigSchema.Auth auth = schema.auth();
        TokenSettings settings =
                new TokenSettings(
                        keySource(auth),
                        auth.issuer(),
                        auth.audience(),
                        auth.algorithms(),
                        auth.required(),
                        auth.cookie(),
                        auth.queryParameter());
        if (auth.cookie() != null && handshake.allowedOrigins().contains("*")) {
            throw new IllegalArgumentException(
                    "highwater.auth.cookie: \""
                            + auth.cookie()
                            + "\" is not allowed with highwater.handshake.allowed-origins=*: any"
                            + " page could connect with its visitor's cookie; list the origins");
        }
        settings.checkFile();
        return settings;
    }

    /** Null if tokens are not looked at. */
    private static @Nullable KeySource keySource(ConfigSchema.Auth auth) {
        List<KeySource> sources = new ArrayList<>(1);
        List<String> keys = new ArrayList<>(1);
        if (auth.jwksUri() != null) {
            sources.add(KeySource.Jwks.parse(auth.jwksUri()));
            keys.add("highwater.auth.jwks-uri");
        }
        if (auth.publicKey() != null) {
            sources.add(new KeySource.PublicKey(auth.publicKey()));
            keys.add("highwater.auth.public-key");
        }
        if (auth.secretFile() != null) {
            sources.add(new KeySource.SecretFile(auth.secretFile()));
            keys.add("highwater.auth.secret-file");
        }
        if (sources.size() > 1) {
            throw new IllegalArgumentException(
                    String.join(" and ", keys) + " are set; tokens have one source of keys");
        }
        return sources.isEmpty() ? null : sources.get(0);
    }

    private LimitSettings limits() {
        ConfigSchema.Limits limits = schema.limits();
        return new LimitSettings(
                limits.heapShare(),
                limits.addressShare(),
                new AddressLimits(
                        limits.connectionsPerSecond(),
                        limits.connectionsBurst(),
                        limits.wastePerSecond(),
                        limits.wasteBurst()));
    }

    private TcpLimits tcpLimits(HandshakeSettings handshake) {
        int most =
                orElse(
                        schema.limits().tcpConnections(),
                        TcpLimits.defaultMost(
                                descriptors(),
                                Runtime.getRuntime().maxMemory(),
                                handshake.maxConnections()));
        int mostTls =
                orElse(
                        schema.limits().tlsConnections(),
                        TcpLimits.defaultMostTls(Runtime.getRuntime().maxMemory(), most));
        int sessionsOfAddress = handshake.maxConnectionsPerIp();
        return new TcpLimits(
                new ConnectionLimit(
                        most,
                        orElse(
                                schema.limits().tcpConnectionsPerIp(),
                                TcpLimits.defaultMostOfAddress(most, sessionsOfAddress))),
                new ConnectionLimit(
                        mostTls,
                        orElse(
                                schema.limits().tlsConnectionsPerIp(),
                                TcpLimits.defaultMostTlsOfAddress(mostTls, sessionsOfAddress))));
    }

    /** The number of descriptors that this process may have; 0 if the system doesn't say. */
    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 0;
    }

    /** The account of contexts must hold twice the budget. */
    private DeflateSettings deflate() {
        double heapShare = schema.limits().heapShare();
        double most = heapShare * Account.CONTEXTS.share() / 2;
        Double budget = schema.deflate().budget();
        if (budget != null && budget > most + ROUNDING) {
            throw new IllegalArgumentException(
                    "highwater.deflate.budget: "
                            + budget
                            + " is above a tenth of highwater.limits.heap-share, "
                            + heapShare
                            + ": contexts may have a fifth of that, and compression ends at twice"
                            + " the budget");
        }
        return new DeflateSettings(
                (int) schema.deflate().minBytes().bytes(),
                schema.deflate().level(),
                budget == null ? most : budget);
    }

    private WireSettings wire() {
        checkArrives(schema.limits().maxMessageBytes());
        return WireSettings.defaults()
                .withMaxMessageBytes(schema.limits().maxMessageBytes().bytes())
                .withMessageTimeout(schema.limits().messageTimeout());
    }

    /** A message larger than its sender's share would end its session before it is complete. */
    private void checkArrives(ByteSize message) {
        double heapShare = schema.limits().heapShare();
        double addressShare = schema.limits().addressShare();
        long heapBytes = Runtime.getRuntime().maxMemory();
        long most = (long) (heapBytes * heapShare * Account.INBOUND.share() * addressShare);
        if (message.bytes() > most) {
            throw new IllegalArgumentException(
                    "highwater.limits.max-message-bytes: "
                            + message.bytes()
                            + " is above "
                            + most
                            + ", and could not arrive: one address may have so many bytes of"
                            + " messages that are not whole yet (highwater.limits.address-share "
                            + addressShare
                            + " of "
                            + Account.INBOUND.share()
                            + " of highwater.limits.heap-share "
                            + heapShare
                            + " of a heap of "
                            + heapBytes
                            + ")");
        }
    }

    private WaterMarks marks() {
        ConfigSchema.Outbound queue = schema.outbound();
        return new WaterMarks(
                queue.highMessages(),
                queue.highBytes().bytes(),
                queue.lowMessages(),
                queue.lowBytes().bytes());
    }

    /** Null if the log is on this node alone. */
    private @Nullable RedisSettings redis() {
        if (schema.backbone() == BackboneKind.LOCAL) {
            return null;
        }
        Secret uri = schema.redis().uri();
        if (uri == null) {
            throw new IllegalArgumentException(
                    "highwater.backbone is redis, but highwater.redis.uri is missing: write where"
                            + " Redis is, such as redis://127.0.0.1:6379");
        }
        return new RedisSettings(
                uri.reveal(),
                schema.redis().prefix(),
                schema.node() == null ? hostName() : schema.node(),
                schema.region());
    }

    /** Null if nothing is archived. */
    private @Nullable ArchiveSettings archive() {
        Secret url = schema.archive().url();
        if (url == null) {
            return null;
        }
        ArchiveSettings settings =
                ArchiveSettings.of(url.reveal(), schema.node(), schema.archive().retention());
        if (settings instanceof ArchiveSettings.InFolder folder
                && schema.backbone() == BackboneKind.REDIS) {
            throw new IllegalArgumentException(
                    "highwater.archive.url: the folder "
                            + folder.folder()
                            + " belongs to one node, and with highwater.backbone=redis nodes share"
                            + " a log; write jdbc:postgresql://HOST:PORT/DATABASE?user=USER, which"
                            + " they can share too, leave it out, or write"
                            + " highwater.backbone=local");
        }
        if (settings instanceof ArchiveSettings.InPostgres postgres) {
            PostgresSettings.checkUrl(postgres.url());
        }
        return settings;
    }

    private KeepaliveSettings keepalive() {
        ConfigSchema.Keepalive times = schema.keepalive();
        return new KeepaliveSettings(
                times.pingInterval(),
                times.pongTimeout(),
                times.idleTimeout(),
                KeepaliveSettings.defaults().slowWriteTimeout());
    }

    /** The data ports are checked elsewhere; the admin port belongs to another server. */
    private void checkAdminPort(@Nullable Keystore keystore) {
        int admin = schema.admin().port();
        if (admin == 0) {
            return;
        }
        if (admin == schema.port()) {
            problems.add(adminPort(admin, "highwater.port"));
        }
        if (keystore != null && admin == schema.tls().port()) {
            problems.add(adminPort(admin, "highwater.tls.port"));
        }
    }

    private static String adminPort(int port, String other) {
        return "highwater.admin.port: " + port + " is " + other + " too; they must differ";
    }

    private static int orElse(@Nullable Integer value, int fallback) {
        return value == null ? fallback : value;
    }

    /** Never null once {@link ConfigProblems#throwIfAny} has returned. */
    private static <T> T made(@Nullable T settings) {
        return Objects.requireNonNull(settings);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
