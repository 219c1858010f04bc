package io.highwater.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.admin.AdminSettings;
import io.highwater.archive.ArchiveSettings.InFolder;
import io.highwater.backbone.RingBounds;
import io.highwater.channel.Audience;
import io.highwater.channel.ChannelAccess;
import io.highwater.channel.ChannelOverflow;
import io.highwater.channel.ChannelProfile;
import io.highwater.channel.ChannelSettings;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.outbound.GovernorSettings;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.server.ServerSettings;
import io.highwater.testing.DevelopmentCertificateFixture;
import io.highwater.time.Durations;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigReadingTest {
    private static final Map<String, String> NOTHING = Map.of();

    private final List<String> warnings = new ArrayList<>();

    @TempDir private Path directory;

    @Test
    void defaultsAreThoseOfTheRecords() throws Exception {
        HighwaterConfig config = HighwaterConfig.of(Map.of());

        assertThat(config.server()).isEqualTo(ServerSettings.defaults());
        assertThat(config.admin()).isEqualTo(AdminSettings.defaults());
        assertThat(config.handshake()).isEqualTo(HandshakeSettings.defaults());
        assertThat(config.wire()).isEqualTo(WireSettings.defaults());
        assertThat(config.outbound()).isEqualTo(OutboundSettings.defaults());
        assertThat(config.channels()).isEqualTo(ChannelSettings.defaults());
        assertThat(config.keepalive()).isEqualTo(KeepaliveSettings.defaults());
        assertThat(config.drainWindow()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.deflate()).isEqualTo(DeflateSettings.defaults());
        assertThat(config.region()).isEqualTo("local");
        assertThat(config.node()).isNotBlank();
    }

    @Test
    void laterSourceWins() throws Exception {
        file("highwater.port=1");
        assertThat(port(NOTHING, NOTHING, NOTHING)).isEqualTo(1);

        Map<String, String> environment = Map.of("HIGHWATER_PORT", "2");
        assertThat(port(environment, NOTHING, NOTHING)).isEqualTo(2);

        Map<String, String> system = Map.of("highwater.port", "3");
        assertThat(port(environment, system, NOTHING)).isEqualTo(3);
        assertThat(port(environment, system, Map.of("highwater.port", "4"))).isEqualTo(4);
    }

    @Test
    void everyKeyIsSetByItsVariable() throws Exception {
        // Numbers only: what other types take is below.
        for (ConfigKey key : ConfigKey.all()) {
            boolean needsAnother = key.name().equals("highwater.api.port");
            if (key.isNamed() || needsAnother || !key.form().startsWith("a whole number")) {
                continue;
            }
            HighwaterConfig plain = read(NOTHING, NOTHING, NOTHING);
            String value = key.name().equals("highwater.deflate.level") ? "9" : "60";
            HighwaterConfig changed = read(Map.of(key.variable(), value), NOTHING, NOTHING);
            if (key.name().equals("highwater.outbound.low-messages")) {
                assertThat(changed.outbound().marks().lowMessages()).isEqualTo(60);
            }
            assertThat(changed).as(key.name()).isNotEqualTo(plain);
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void dashesAndDotsOfKeysAreUnderscoresOfVariables() throws Exception {
        HighwaterConfig config =
                read(
                        Map.of(
                                "HIGHWATER_OUTBOUND_EVICT_LINGER", "PT1M",
                                "HIGHWATER_ENDPOINTS_POLICY", "pause",
                                "HIGHWATER_OUTBOUND_HIGH_BYTES", "20MiB",
                                "HIGHWATER_HANDSHAKE_REQUIRE_ORIGIN", "TRUE",
                                "HIGHWATER_HANDSHAKE_ALLOWED_ORIGINS",
                                        "https://a.example, https://*.b.example",
                                "HIGHWATER_ADMIN_TOKEN", "s3cret-token"),
                        NOTHING,
                        NOTHING);

        assertThat(config.outbound().evictLinger()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.outbound().policy()).isEqualTo(OverflowPolicy.PAUSE);
        assertThat(config.outbound().marks().highBytes()).isEqualTo(20L << 20);
        assertThat(config.handshake().requireOrigin()).isTrue();
        assertThat(config.handshake().allowedOrigins())
                .containsExactly("https://a.example", "https://*.b.example");
        assertThat(config.admin().token()).isEqualTo("s3cret-token");
    }

    @Test
    void latestAndTheGovernorAreRead() throws Exception {
        HighwaterConfig plain = read(NOTHING, NOTHING, NOTHING);
        assertThat(plain.outbound().latestCount()).isEqualTo(50);
        assertThat(plain.governor()).isEqualTo(new GovernorSettings(0.005, 0.05));
        HighwaterConfig changed =
                read(
                        Map.of(
                                "HIGHWATER_ENDPOINTS_POLICY", "LATEST",
                                "HIGHWATER_ENDPOINTS_LATEST_COUNT", "7",
                                "HIGHWATER_GOVERNOR_SLOW_FRACTION", "0.25",
                                "HIGHWATER_GOVERNOR_HEAP_FRACTION", "1"),
                        NOTHING,
                        NOTHING);
        assertThat(changed.outbound().policy()).isEqualTo(OverflowPolicy.LATEST);
        assertThat(changed.outbound().latestCount()).isEqualTo(7);
        assertThat(changed.governor()).isEqualTo(new GovernorSettings(0.25, 1));
    }

    @Test
    void channelsAreReadByPrefixAndOfEachKeyTheLongestWins() throws Exception {
        file(
                "highwater.channels.all.prefix = *",
                "highwater.channels.all.history-age = 1h",
                "highwater.channels.prices.prefix = prices.",
                "highwater.channels.prices.policy = latest",
                "highwater.channels.prices.latest-count = 7",
                "highwater.channels.fx-2.prefix = prices.fx.",
                "highwater.channels.fx-2.history-messages = 0",
                "highwater.channels.room.prefix = room:",
                "highwater.channels.room.policy = LATEST");

        ChannelSettings channels =
                read(
                                NOTHING,
                                Map.of("highwater.channels.prices.latest-count", "8"),
                                Map.of(
                                        "highwater.channels.fx-2.history-age", "24h",
                                        "highwater.channels.room.policy", "EVICT"))
                        .channels();

        assertThat(channels.forChannel("prices.fx.eur"))
                .isEqualTo(profile(ChannelOverflow.LATEST, 8, 0, Duration.ofDays(1)));
        assertThat(channels.forChannel("prices.gold"))
                .isEqualTo(profile(ChannelOverflow.LATEST, 8, 1_000, Duration.ofHours(1)));
        assertThat(channels.forChannel("room:1"))
                .isEqualTo(profile(ChannelOverflow.EVICT, 50, 1_000, Duration.ofHours(1)));
    }

    private static ChannelProfile profile(
            ChannelOverflow policy, int latestCount, int historyMessages, Duration historyAge) {
        return new ChannelProfile(policy, latestCount, new RingBounds(historyMessages, historyAge));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1, 0, 1s", "10000, 1000000, 24h"})
    void theBoundsOfAPrefixAreThoseOfItsSettings(String bounds) throws Exception {
        String[] bound = bounds.split(", ");
        String longest = "a".repeat(200);

        ChannelSettings channels =
                HighwaterConfig.of(
                                Map.of(
                                        "highwater.channels.a.prefix",
                                        longest,
                                        "highwater.channels.a.latest-count",
                                        bound[0],
                                        "highwater.channels.a.history-messages",
                                        bound[1],
                                        "highwater.channels.a.history-age",
                                        bound[2]))
                        .channels();

        assertThat(channels.forChannel(longest))
                .isEqualTo(
                        profile(
                                ChannelOverflow.EVICT,
                                Integer.parseInt(bound[0]),
                                Integer.parseInt(bound[1]),
                                Durations.parse(bound[2])));
        assertThat(channels.forChannel("a")).isEqualTo(ChannelProfile.defaults());
    }

    @Test
    void blankValueOfAPrefixSetsNothing() throws Exception {
        file("highwater.channels.a.prefix=a", "highwater.channels.a.policy=LATEST");

        HighwaterConfig config = read(NOTHING, NOTHING, Map.of("highwater.channels.a.policy", " "));

        assertThat(config.channels().forChannel("a")).isEqualTo(ChannelProfile.defaults());
    }

    @Test
    void variablesSetWhatChannelsHaveAndWinOverTheFile() throws Exception {
        file(
                "highwater.channels.fx-2.prefix=prices.fx.",
                "highwater.channels.fx-2.history-messages=5",
                "highwater.channels.fx-2.policy=EVICT");

        ChannelSettings channels =
                read(
                                Map.of(
                                        "HIGHWATER_CHANNELS_PRICES_PREFIX", "prices.",
                                        "HIGHWATER_CHANNELS_PRICES_HISTORY_AGE", "1h",
                                        "HIGHWATER_CHANNELS_FX_2_POLICY", "latest",
                                        "HIGHWATER_CHANNELS_FX_2_LATEST_COUNT", "6"),
                                NOTHING,
                                NOTHING)
                        .channels();

        assertThat(channels.forChannel("prices.gold"))
                .isEqualTo(profile(ChannelOverflow.EVICT, 50, 1_000, Duration.ofHours(1)));
        assertThat(channels.forChannel("prices.fx.eur"))
                .isEqualTo(profile(ChannelOverflow.LATEST, 6, 5, Duration.ofHours(1)));
        assertThat(channels.forChannel("room")).isEqualTo(ChannelProfile.defaults());
        assertThat(warnings).isEmpty();
    }

    @Test
    void whoMayIsReadByPrefixAndOfEachKeyTheLongestWins() throws Exception {
        file(
                "highwater.channels.all.prefix=*",
                "highwater.channels.all.subscribe=authenticated",
                "highwater.channels.all.presence=token",
                "highwater.channels.prices.prefix=prices.",
                "highwater.channels.prices.subscribe=everyone",
                "highwater.channels.prices.publish=NOBODY",
                "highwater.channels.prices.history-age=1h");

        ChannelSettings channels = read(NOTHING, NOTHING, NOTHING).channels();

        assertThat(channels.audience(ChannelAccess.SUBSCRIBE, "prices.gold"))
                .isEqualTo(Audience.EVERYONE);
        assertThat(channels.audience(ChannelAccess.SUBSCRIBE, "prices"))
                .isEqualTo(Audience.AUTHENTICATED);
        assertThat(channels.audience(ChannelAccess.PUBLISH, "prices.gold"))
                .isEqualTo(Audience.NOBODY);
        assertThat(channels.audience(ChannelAccess.PUBLISH, "news")).isNull();
        assertThat(channels.audience(ChannelAccess.PRESENCE, "prices.gold"))
                .isEqualTo(Audience.TOKEN);
        assertThat(channels.audience(ChannelAccess.HISTORY, "prices.gold")).isNull();
    }

    @Test
    void whetherSubscribersAreToldWhoPublishedIsReadByPrefix() throws Exception {
        file(
                "highwater.channels.all.prefix=*",
                "highwater.channels.all.publisher=true",
                "highwater.channels.polls.prefix=polls.",
                "highwater.channels.polls.publisher=false");

        ChannelSettings channels = read(NOTHING, NOTHING, NOTHING).channels();

        assertThat(channels.tellsPublisher("room.1")).isTrue();
        assertThat(channels.tellsPublisher("polls.1")).isFalse();
        assertThat(ChannelSettings.defaults().tellsPublisher("room.1")).isFalse();
    }

    @Test
    void aVariableThatIsNoNamesOnlyWarns() throws Exception {
        read(
                Map.of(
                        "HIGHWATER_CHANNELS__PRICES___POLICY", "LATEST",
                        "HIGHWATER_CHANNELS_POLICY", "LATEST",
                        "HIGHWATER_CHANNELS_Prices_POLICY", "LATEST"),
                NOTHING,
                NOTHING);

        assertThat(warnings)
                .containsExactly(
                        "HIGHWATER_CHANNELS_POLICY sets nothing: there is no such key",
                        "HIGHWATER_CHANNELS_Prices_POLICY sets nothing: there is no such key",
                        "HIGHWATER_CHANNELS__PRICES___POLICY sets nothing: there is no such key");
    }

    @Test
    void blankValueIsTheDefault() throws Exception {
        file("highwater.port=7", "highwater.handshake.allowed-origins=");

        HighwaterConfig config = read(Map.of("HIGHWATER_PORT", " "), NOTHING, NOTHING);

        assertThat(config.server().port()).isEqualTo(8080);
        assertThat(config.handshake().allowedOrigins()).isEmpty();
    }

    @Test
    void namedFileReplacesTheOneInTheWorkingDirectory() throws Exception {
        file("highwater.port=1", "highwater.region=here");
        Path other = directory.resolve("other file.properties");
        Files.writeString(other, "highwater.port=2\nteam.greeting=gr\u00fcezi\n");

        HighwaterConfig config =
                ConfigAssembly.read(
                        ConfigSources.of(directory, other, NOTHING, NOTHING, NOTHING),
                        warnings::add);

        assertThat(config.server().port()).isEqualTo(2);
        assertThat(config.region()).isEqualTo("local");
    }

    @Test
    void zeroStandsBesideTheRangeOfThePingInterval() throws Exception {
        HighwaterConfig config =
                HighwaterConfig.of(Map.of("highwater.keepalive.ping-interval", "0"));

        assertThat(config.keepalive().pingInterval()).isZero();
    }

    @Test
    void dollarInPasswordIsNoExpression() throws Exception {
        HighwaterConfig config = HighwaterConfig.of(Map.of("highwater.admin.token", "a${b}\\,c$"));

        assertThat(config.admin().token()).isEqualTo("a${b}\\,c$");
    }

    @Test
    void maxConnectionsPerAddressFollowsMaxConnections() throws Exception {
        HighwaterConfig config =
                HighwaterConfig.of(Map.of("highwater.handshake.max-connections", "1000"));

        assertThat(config.handshake().maxConnections()).isEqualTo(1000);
        assertThat(config.handshake().maxConnectionsPerIp())
                .isEqualTo(HandshakeSettings.defaultMaxConnectionsPerIp(1000));
    }

    @Test
    void unknownVariableOnlyWarns() throws Exception {
        read(Map.of("HIGHWATER_SERVICE_HOST", "10.0.0.1", "HOME", "/"), NOTHING, NOTHING);

        assertThat(warnings)
                .containsExactly("HIGHWATER_SERVICE_HOST sets nothing: there is no such key");
    }

    @Test
    void linkOfKubernetesToAServiceIsNoPort() throws Exception {
        HighwaterConfig config =
                read(
                        Map.of(
                                "HIGHWATER_PORT", "tcp://10.0.0.1:8080",
                                "HIGHWATER_ADMIN_PORT", "9191"),
                        NOTHING,
                        NOTHING);

        assertThat(config.server().port()).isEqualTo(8080);
        assertThat(config.admin().port()).isEqualTo(9191);
        assertThat(warnings)
                .containsExactly("HIGHWATER_PORT is ignored: it is Kubernetes' link to a Service");
    }

    @Test
    void otherNamesInFileAndSystemPropertiesAreNotOurs() throws Exception {
        file("team.greeting=hello");

        HighwaterConfig config = read(NOTHING, Map.of("java.home", "/"), NOTHING);

        assertThat(config).isEqualTo(HighwaterConfig.of(Map.of()));
    }

    @Test
    void toStringShowsNoSecret() throws Exception {
        Path keystore = new DevelopmentCertificateFixture(directory).keystore();
        HighwaterConfig config =
                HighwaterConfig.of(
                        Map.of(
                                "highwater.admin.token",
                                "s3cret-token",
                                "highwater.tls.keystore",
                                keystore.toString(),
                                "highwater.tls.keystore-password",
                                DevelopmentCertificateFixture.PASSWORD));

        assertThat(config.server().keystore()).isNotNull();
        assertThat(config.toString())
                .contains(keystore.toString())
                .doesNotContain("s3cret-token")
                .doesNotContain(DevelopmentCertificateFixture.PASSWORD);
        assertThat(new Secret("s3cret-token")).hasToString("***");
    }

    private void file(String... lines) throws IOException {
        Files.write(
                directory.resolve("highwater.properties"), List.of(lines), StandardCharsets.UTF_8);
    }

    private int port(
            Map<String, String> environment, Map<String, String> system, Map<String, String> flags)
            throws ConfigException {
        return read(environment, system, flags).server().port();
    }

    private HighwaterConfig read(
            Map<String, String> environment, Map<String, String> system, Map<String, String> flags)
            throws ConfigException {
        return ConfigAssembly.read(
                ConfigSources.of(directory, null, environment, system, flags), warnings::add);
    }

    @Test
    void onlyANameThatWasGivenBindsTheFolderOfAnArchive() throws Exception {
        Map<String, String> values = Map.of("highwater.archive.url", "file:data");
        assertThat(HighwaterConfig.of(values).archive())
                .isEqualTo(new InFolder(Path.of("data"), null, Duration.ofDays(30)));
        Map<String, String> named =
                Map.of("highwater.archive.url", "file:data", "highwater.node", "a");
        assertThat(HighwaterConfig.of(named).archive())
                .isEqualTo(new InFolder(Path.of("data"), "a", Duration.ofDays(30)));
    }
}
