package io.highwater.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.highwater.archive.ArchiveSettings;
import io.highwater.testing.DevelopmentCertificateFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigErrorsTest {
    @TempDir private Path directory;

    @Test
    void tokensHaveOneSourceOfKeys() {
        assertThat(
                        problems(
                                Map.of(
                                        "highwater.auth.jwks-uri",
                                        "https://id.example.com/keys",
                                        "highwater.auth.secret-file",
                                        "secret")))
                .containsExactly(
                        "highwater.auth.jwks-uri and highwater.auth.secret-file are set; tokens"
                                + " have one source of keys (command line)");
    }

    @Test
    void certificatesOfClientsNeedAKeystoreAndATruststore() {
        assertThat(problems(Map.of("highwater.tls.client-auth", "need")))
                .containsExactly(
                        "highwater.tls.client-auth: \"need\" has no effect: highwater.tls.keystore"
                                + " is not set (command line)");
        assertThat(problems(Map.of("highwater.tls.client-auth", "maybe")))
                .containsExactly(
                        "highwater.tls.client-auth: \"maybe\" is not allowed: none or want or need"
                                + " (command line)");
    }

    @Test
    void cookiesAndAllOriginsDoNotGoTogether() {
        assertThat(
                        problems(
                                Map.of(
                                        "highwater.auth.jwks-uri",
                                        "https://id.example.com/keys",
                                        "highwater.auth.cookie",
                                        "session",
                                        "highwater.handshake.allowed-origins",
                                        "*")))
                .singleElement()
                .asString()
                .startsWith(
                        "highwater.auth.cookie: \"session\" is not allowed with"
                                + " highwater.handshake.allowed-origins=*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    port                             | -1          | a whole number, 0 to 65535
                    port                             | 65536       | a whole number, 0 to 65535
                    port                             | http        | a whole number, 0 to 65535
                    port                             | 80.5        | a whole number, 0 to 65535
                    port                             | 99999999999 | a whole number, 0 to 65535
                    tls.port                         | 65536       | a whole number, 0 to 65535
                    admin.port                       | 65536       | a whole number, 0 to 65535
                    handshake.require-origin         | yes         | true or false
                    handshake.rate-per-ip            | 0           | a whole number, 1 to 1000000
                    handshake.burst-per-ip           | 1000001     | a whole number, 1 to 1000000
                    handshake.streams-per-second     | 0           | a whole number, 1 to 1000000
                    handshake.streams-burst          | -5          | a whole number, 1 to 1000000
                    handshake.max-connections        | -1          | a whole number, 0 to 100000000
                    handshake.max-connections-per-ip | many        | a whole number, 0 to 100000000
                    limits.max-message-bytes         | 0           | a size in bytes, KiB, MiB or GiB, 1 to 1 GiB
                    limits.max-message-bytes         | 2GiB        | a size in bytes, KiB, MiB or GiB, 1 to 1 GiB
                    limits.max-message-bytes         | 64KB        | a size in bytes, KiB, MiB or GiB, 1 to 1 GiB
                    outbound.high-messages           | 0           | a whole number, 1 to 1000000
                    outbound.high-bytes              | 0           | a size in bytes, KiB, MiB or GiB, 1 to 1 GiB
                    outbound.low-messages            | -1          | a whole number, 0 to 999999
                    outbound.low-bytes               | 5 MB        | a size in bytes, KiB, MiB or GiB, 0 to 1 GiB
                    endpoints.policy                 | DROP        | EVICT or LATEST or PAUSE
                    endpoints.latest-count           | 0           | a whole number, 1 to 1000000
                    demo                             | off         | true or false
                    backbone                         | etcd        | local or redis
                    governor.slow-fraction           | 1.01        | a number, 0 to 1
                    governor.slow-fraction           | -0.1        | a number, 0 to 1
                    governor.heap-fraction           | NaN         | a number, 0 to 1
                    governor.heap-fraction           | 0.5f        | a number, 0 to 1
                    governor.heap-fraction           | 5%          | a number, 0 to 1
                    outbound.evict-linger            | 11m         | a duration, 0 to 10m
                    outbound.evict-linger            | 30          | a duration, 0 to 10m
                    outbound.socket-buffer           | 1KiB        | a size in bytes, KiB, MiB or GiB, 4 KiB to 16 MiB
                    keepalive.ping-interval          | 99ms        | a duration, 0, or 100ms to 7d
                    keepalive.ping-interval          | 8d          | a duration, 0, or 100ms to 7d
                    keepalive.pong-timeout           | 0           | a duration, 100ms to 7d
                    keepalive.idle-timeout           | -1s         | a duration, 100ms to 14d
                    archive.retention                | 30s         | a duration, 1m to 3660d
                    drain.window                     | 2h          | a duration, 0 to 1h
                    deflate.mode                     | ON          | OFF or SHARED or CONTEXT_2K or CONTEXT_4K or CONTEXT_32K
                    deflate.min-bytes                | 2MiB        | a size in bytes, KiB, MiB or GiB, 0 to 1 MiB
                    deflate.level                    | 0           | a whole number, 1 to 9
                    deflate.level                    | 10          | a whole number, 1 to 9
                    deflate.budget                   | 1.5         | a number, 0 to 1
                    """)
    void valueOutsideItsRangeIsNamedWithKeyAndRange(String key, String value, String range) {
        String name = "highwater." + key;

        assertThat(problems(Map.of(name, value)))
                .containsExactly(
                        name + ": \"" + value + "\" is not allowed: " + range + " (command line)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    outbound.low-messages     | 100             | highwater.outbound.low-messages: 100 is not between 0 and 99, below highwater.outbound.high-messages
                    outbound.low-bytes        | 10MiB           | highwater.outbound.low-bytes: 10485760 is not between 0 and 10485759, below highwater.outbound.high-bytes
                    outbound.high-messages    | 50              | highwater.outbound.low-messages: 50 is not between 0 and 49, below highwater.outbound.high-messages
                    keepalive.idle-timeout    | 34s             | highwater.keepalive.idle-timeout: 34s is not in the range 35s (highwater.keepalive.ping-interval 25s + highwater.keepalive.pong-timeout 10s) to 14d (command line)
                    admin.allowed-hosts       | a.example,b:90  | highwater.admin.allowed-hosts: "b:90" is not a host name
                    limits.max-message-bytes  | 1GiB            | highwater.limits.max-message-bytes: 1073741824 is above
                    deflate.budget            | 0.06            | highwater.deflate.budget: 0.06 is above a tenth of highwater.limits.heap-share, 0.5
                    admin.port                | 8080            | highwater.admin.port: 8080 is highwater.port too
                    tls.keystore              | none.p12        | highwater.tls.keystore: "none.p12" is not a file that can be read
                    tls.keystore-password     | opensesame      | highwater.tls.keystore-password: "***" opens nothing
                    handshake.allowed-origins | https://a/b     | highwater.handshake.allowed-origins
                    handshake.allowed-hosts   | http://a        | highwater.handshake.allowed-hosts
                    handshake.trusted-proxies | 10.0.0.0/33     | highwater.handshake.trusted-proxies
                    archive.url               | data            | highwater.archive.url: "data" is neither of the form file:DIR, such as file:data, nor jdbc:postgresql://HOST
                    archive.url               | jdbc:mysql://a  | highwater.archive.url: "jdbc:mysql://a" is neither of the form file:DIR
                    archive.url               | 'file: '        | highwater.archive.url: "file:" names no folder; write one, such as file:data
                    archive.url               | file:///a       | highwater.archive.url: "file:///a" has slashes of a web address
                    channels.a.prefix         | a b             | highwater.channels.a.prefix: "a b" is not in the range 0 to 200 of A-Z
                    channels.a.policy         | LATEST          | highwater.channels.a.prefix: none is set, and highwater.channels.a.policy needs one: write
                    channels.a.history-age    | 1m              | highwater.channels.a.prefix: none is set, and highwater.channels.a.history-age needs one: write
                    channels.a.prefix         | ''              | highwater.channels.a.prefix: none is set: write how the channels' names begin, or * for all
                    """)
    void valuesThatDoNotGoTogetherAreNamed(String key, String value, String start) {
        assertThat(problems(Map.of("highwater." + key, value)))
                .singleElement()
                .asString()
                .startsWith(start);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    policy           | PAUSE               | EVICT or LATEST or DEMOTE
                    latest-count     | 0                   | a whole number, 1 to 10000
                    latest-count     | 10001               | a whole number, 1 to 10000
                    history-messages | -1                  | a whole number, 0 to 1000000
                    history-messages | many                | a whole number, 0 to 1000000
                    history-age      | 999ms               | a duration, 1s to 24h
                    history-age      | 25h                 | a duration, 1s to 24h
                    history-age      | 2                   | a duration, 1s to 24h
                    """)
    void valueOfChannelsOutsideItsRangeIsNamedWithKeyAndRange(
            String key, String value, String range) {
        String name = "highwater.channels.a-1." + key;
        Map<String, String> values = Map.of("highwater.channels.a-1.prefix", "a", name, value);

        assertThat(problems(values))
                .containsExactly(
                        name + ": \"" + value + "\" is not allowed: " + range + " (command line)");
    }

    @Test
    void onePrefixHasOneName() {
        assertThat(
                        problems(
                                Map.of(
                                        "highwater.channels.a.prefix", "prices.",
                                        "highwater.channels.b.prefix", "prices.")))
                .containsExactly(
                        "highwater.channels.b.prefix: \"prices.\" is highwater.channels.a.prefix"
                                + " too; put their keys under one name (command line)");
    }

    @Test
    void eachSourceOfValuesThatDoNotGoTogetherIsNamed() throws Exception {
        file("highwater.outbound.low-messages=200");
        assertThatThrownBy(
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory, null, Map.of(), Map.of(), Map.of())))
                .hasMessageContaining("low-messages: 200 is not between 0 and 99")
                .hasMessageContaining("(" + directory.resolve("highwater.properties") + ")");
        file("highwater.keepalive.ping-interval=60s");
        assertThatThrownBy(
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory,
                                                null,
                                                Map.of("HIGHWATER_KEEPALIVE_IDLE_TIMEOUT", "61s"),
                                                Map.of(),
                                                Map.of())))
                .hasMessageContaining(
                        "highwater.keepalive.idle-timeout: environment,"
                                + " HIGHWATER_KEEPALIVE_IDLE_TIMEOUT;"
                                + " highwater.keepalive.ping-interval: "
                                + directory.resolve("highwater.properties"));
    }

    @Test
    void whatIsWrongOfSeveralNamesComesAtOnce() {
        Map<String, String> values =
                Map.of(
                        "highwater.channels.a.policy", "PAUSE",
                        "highwater.channels.a.latest-count", "x",
                        "highwater.channels.b.prefix", "b",
                        "highwater.channels.b.history-age", "0",
                        "highwater.channels.b.history-mesages", "5",
                        "highwater.channels.c.prefix", "c*",
                        "highwater.channels.d.e.policy", "LATEST");

        assertThat(problems(values))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains("a.policy: \"PAUSE\""),
                        line -> assertThat(line).contains("a.latest-count: \"x\""),
                        line -> assertThat(line).contains("a.prefix: none is set"),
                        line -> assertThat(line).contains("b.history-age: \"0\""),
                        line -> assertThat(line).contains("b.history-mesages: no such key"),
                        line -> assertThat(line).contains("c.prefix: \"c*\""),
                        line -> assertThat(line).contains("d.e.policy: no such key"));
    }

    @Test
    void lineBreaksInAFileBreakNoLine() throws Exception {
        file(
                "highwater.endpoints.policy=a\\nb\n"
                        + "highwater.channels.a.prefix=a\\nb\n"
                        + "highwater.a\\r\\nb=c");

        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory, null, Map.of(), Map.of(), Map.of())));

        assertThat(e.problems())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).containsOnlyOnce("\\u000a"))
                .allMatch(line -> line.lines().count() == 1);
    }

    @Test
    void allProblemsComeAtOnce() {
        Map<String, String> values = new HashMap<>();
        values.put("highwater.prt", "1");
        values.put("highwater.port", "-1");
        values.put("highwater.endpoints.policy", "DEMOTE");
        values.put("highwater.outbound.low-messages", "200");
        values.put("highwater.keepalive.idle-timeout", "1s");
        values.put("highwater.handshake.allowed-origins", "nonsense");
        values.put("highwater.handshake.trusted-proxies", "nonsense");
        values.put("highwater.tls.keystore", directory.toString());

        assertThat(problems(values)).hasSize(8).allMatch(line -> line.lines().count() == 1);
    }

    @Test
    void sourceOfTheValueIsNamed() throws Exception {
        file("highwater.drain.window=x");
        Map<String, String> environment = Map.of("HIGHWATER_PORT", "x");
        Map<String, String> system = Map.of("highwater.admin.port", "x");

        assertThatThrownBy(
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory, null, environment, system, Map.of())))
                .hasMessageContaining("(environment, HIGHWATER_PORT)")
                .hasMessageContaining("(system property)")
                .hasMessageContaining("(" + directory.resolve("highwater.properties") + ")");
    }

    @Test
    void portsMustDiffer() throws Exception {
        Map<String, String> values = new HashMap<>(tls("highwater-development"));
        values.put("highwater.tls.port", "9090");
        assertThat(problems(values))
                .containsExactly(
                        "highwater.admin.port: 9090 is highwater.tls.port too; they must differ (command line)");

        values.put("highwater.tls.port", "8080");
        assertThat(problems(values))
                .containsExactly(
                        "highwater.tls.port: 8080 is highwater.port too; they must differ (command line)");
    }

    @Test
    void keystoreThatThePasswordDoesNotOpenIsNamedWithoutThePassword() throws Exception {
        Map<String, String> values = tls("opensesame");

        assertThat(problems(values))
                .containsExactly(
                        "highwater.tls.keystore: \""
                                + values.get("highwater.tls.keystore")
                                + "\" is not a PKCS12 or JKS file that"
                                + " highwater.tls.keystore-password opens (command line)");
    }

    @Test
    void keystoreNeedsAPassword() throws Exception {
        Map<String, String> values = new HashMap<>(tls("x"));
        values.remove("highwater.tls.keystore-password");

        assertThat(problems(values))
                .containsExactly(
                        "highwater.tls.keystore-password: none is set;"
                                + " highwater.tls.keystore needs one (command line)");
    }

    @Test
    void namedFileMustExist() {
        Path absent = directory.resolve("absent.properties");

        assertThatThrownBy(() -> ConfigSources.ofProcess(absent, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(absent + ": there is no such file");
    }

    @Test
    void fileThatIsNotPropertiesIsAnError() throws Exception {
        file("highwater.node=\\u00zz");

        assertThatThrownBy(() -> ConfigSources.of(directory, null, Map.of(), Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cannot be read as a properties file");
    }

    private Map<String, String> tls(String password) throws Exception {
        Path keystore = new DevelopmentCertificateFixture(directory).keystore();
        return Map.of(
                "highwater.tls.keystore",
                keystore.toString(),
                "highwater.tls.keystore-password",
                password);
    }

    private void file(String line) throws Exception {
        Files.writeString(directory.resolve("highwater.properties"), line, StandardCharsets.UTF_8);
    }

    private static List<String> problems(Map<String, String> values) {
        return catchThrowableOfType(ConfigException.class, () -> HighwaterConfig.of(values))
                .problems();
    }

    @Test
    void redisNeedsAUriThatCanBeReadAndShowsNoPassword() {
        assertThat(problems(Map.of("highwater.backbone", "redis")))
                .containsExactly(
                        "highwater.backbone is redis, but highwater.redis.uri is missing: write"
                                + " where Redis is, such as redis://127.0.0.1:6379 (command line)");
        assertThat(
                        problems(
                                Map.of(
                                        "highwater.backbone", "redis",
                                        "highwater.redis.uri", "http://me:secret@cache:6379")))
                .singleElement()
                .asString()
                .startsWith("highwater.redis.uri: it begins with http://; write redis://HOST:PORT")
                .doesNotContain("secret");
        assertThat(
                        problems(
                                Map.of(
                                        "highwater.backbone", "redis",
                                        "highwater.redis.uri", "redis://cache",
                                        "highwater.redis.prefix", "a{b}")))
                .singleElement()
                .asString()
                .startsWith("highwater.redis.prefix: \"a{b}\" is not 1 to 64 of");
    }

    @Test
    void nodesThatShareALogShareAnArchiveToo() throws Exception {
        Map<String, String> redis =
                Map.of("highwater.backbone", "redis", "highwater.redis.uri", "redis://cache");
        Map<String, String> values = new HashMap<>(redis);
        values.put("highwater.archive.url", "file:data");
        assertThat(problems(values))
                .singleElement()
                .asString()
                .startsWith(
                        "highwater.archive.url: the folder data belongs to one node, and with"
                                + " highwater.backbone=redis nodes share a log; write"
                                + " jdbc:postgresql://HOST:PORT/DATABASE?user=USER");
        values.put("highwater.archive.url", "jdbc:postgresql://db/log?user=a");
        assertThat(HighwaterConfig.of(values).archive())
                .isInstanceOf(ArchiveSettings.InPostgres.class);
    }

    @Test
    void theUrlOfAnArchiveInPostgresShowsNoPassword() throws Exception {
        String before = "highwater.archive.url: ";
        assertThat(archiveProblem("jdbc:postgresql://db/log?user=a&password=s3cret&sslmod=require"))
                .startsWith(before + "jdbc:postgresql://db/log has a parameter that PostgreSQL's")
                .contains("\"sslmod\"");
        assertThat(archiveProblem("jdbc:postgresql://me:s3cret@db/log"))
                .startsWith(before + "it has a user before the host; write jdbc:postgresql://HOST");
        assertThat(archiveProblem("jdbc:postgresql://db?password=s3cret"))
                .startsWith(before + "jdbc:postgresql://db cannot be read; write jdbc:postgresql:");
        assertThat(archiveProblem("jdbc:mysql://me:s3cret@db/log?password=s3cret"))
                .startsWith(before + "\"jdbc:…@db/log\" is neither of the form file:DIR");
        HighwaterConfig config =
                HighwaterConfig.of(
                        Map.of(
                                "highwater.archive.url",
                                "jdbc:postgresql://db/log?user=a&password=s3cret"));
        assertThat(config.archive())
                .isInstanceOf(ArchiveSettings.InPostgres.class)
                .asString()
                .contains("jdbc:postgresql://db/log")
                .doesNotContain("s3cret");
        assertThat(config).asString().doesNotContain("s3cret");
    }

    private static String archiveProblem(String url) {
        List<String> problems = problems(Map.of("highwater.archive.url", url));
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).doesNotContain("s3cret");
        return problems.get(0);
    }
}
