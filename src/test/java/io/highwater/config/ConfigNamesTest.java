package io.highwater.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that are misspelt, and those that had another name once. */
final class ConfigNamesTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "highwater.prot, highwater.port",
        "highwater.admin-port, highwater.admin.port",
        "highwater.keepalive.pingInterval, highwater.keepalive.ping-interval",
        "highwater.handshake.allowed-origin, highwater.handshake.allowed-origins",
        "highwater.outbound.highmessages, highwater.outbound.high-messages",
        "highwater.channels.prices.polcy, highwater.channels.prices.policy",
        "highwater.channels.prices..policy, highwater.channels.prices.policy",
        "highwater.channels.prices.latestCount, highwater.channels.prices.latest-count",
        "highwater.channels.Prices.policy, highwater.channels.prices.policy",
        "highwater.channel.prices.policy, highwater.channels.prices.policy",
        "highwater.channels.policy, highwater.channels.NAME.policy",
        "port, highwater.port",
    })
    void unknownFlagNamesTheNearestKey(String name, String nearest) {
        assertThat(problems(Map.of(name, "1")))
                .containsExactly(
                        name + ": no such key; did you mean " + nearest + "? (command line)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "highwater.cluster.seeds",
                "highwater.x",
                "highwater.outbound",
                "highwater.channels.prices",
                "greeting"
            })
    void whereNoKeyIsNearNoneIsNamed(String name) {
        assertThat(problems(Map.of(name, "1")))
                .containsExactly(
                        name
                                + ": no such key; docs/configuration.md and highwater run --help"
                                + " list them (command line)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    highwater.outbound.policy                  | highwater.endpoints.policy
                    highwater.outbound.latest-count            | highwater.endpoints.latest-count
                    highwater.channels.prices.ring-messages    | highwater.channels.prices.history-messages
                    highwater.channels.prices.ring-age         | highwater.channels.prices.history-age
                    highwater.channels."prices.".policy        | highwater.channels.prices.prefix=prices. and highwater.channels.prices.policy
                    highwater.channels."Room:/a".latest-count  | highwater.channels.room-a.prefix=Room:/a and highwater.channels.room-a.latest-count
                    highwater.channels."a".ring-messages       | highwater.channels.a.prefix=a and highwater.channels.a.history-messages
                    highwater.channels."".ring-age             | highwater.channels.all.prefix=* and highwater.channels.all.history-age
                    """)
    void aFormerKeyIsRefusedWithTheOneThatItIsNow(String former, String now) throws Exception {
        assertThat(problems(Map.of(former, "1")))
                .containsExactly(former + ": this key is now " + now + " (command line)");
        file(former.substring("highwater.".length()).replace(":", "\\:") + "=1");
        assertThatThrownBy(
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory, null, Map.of(), Map.of(), Map.of())))
                .hasMessageContaining(": this key is now " + now);
    }

    @Test
    void aFormerVariableIsAnErrorToo() {
        assertThatThrownBy(
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory,
                                                null,
                                                Map.of("HIGHWATER_OUTBOUND_POLICY", "PAUSE"),
                                                Map.of(),
                                                Map.of())))
                .hasMessage(
                        "HIGHWATER_OUTBOUND_POLICY: this variable is now"
                                + " HIGHWATER_ENDPOINTS_POLICY (environment)");
    }

    @ParameterizedTest
    @CsvSource({
        "port, highwater.port",
        "keepalive.ping-interval, highwater.keepalive.ping-interval",
        "keepalive.pingInterval, highwater.keepalive.ping-interval",
        "handshake.allowed-origin, highwater.handshake.allowed-origins",
        "channels.a.polcy, highwater.channels.a.policy",
        "highwater.prot, highwater.port",
        "prot, highwater.port",
        "highwatr.drain.window, highwater.drain.window"
    })
    void aKeyOfTheFileThatLacksItsPrefixIsAnError(String name, String meant) throws Exception {
        file(name + "=1");
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory, null, Map.of(), Map.of(), Map.of())));
        assertThat(e.problems())
                .containsExactly(
                        name
                                + ": no such key; did you mean "
                                + meant
                                + "? ("
                                + directory.resolve("highwater.properties")
                                + ")");
    }

    @Test
    void unknownKeyIsAnErrorInFileAndSystemProperties() throws Exception {
        file("highwater.prot=1");

        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                HighwaterConfig.read(
                                        ConfigSources.of(
                                                directory,
                                                null,
                                                Map.of(),
                                                Map.of("highwater.nod", "a"),
                                                Map.of())));

        assertThat(e.problems())
                .containsExactlyInAnyOrder(
                        "highwater.prot: no such key; did you mean highwater.port? ("
                                + directory.resolve("highwater.properties")
                                + ")",
                        "highwater.nod: no such key; did you mean highwater.node?"
                                + " (system property)");
    }

    private void file(String line) throws Exception {
        Files.writeString(directory.resolve("highwater.properties"), line, StandardCharsets.UTF_8);
    }

    private static List<String> problems(Map<String, String> values) {
        return catchThrowableOfType(ConfigException.class, () -> HighwaterConfig.of(values))
                .problems();
    }
}
