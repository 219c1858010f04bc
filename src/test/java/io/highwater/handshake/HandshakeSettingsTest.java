package io.highwater.handshake;

import static io.highwater.testing.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.highwater.testing.RouteBuilder;
import io.highwater.testing.SettingsBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HandshakeSettingsTest {
    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(settings().rate(0, 40), "rate-per-ip: 0", "between 1 and 1000000"),
                Arguments.of(settings().rate(20, -1), "burst-per-ip: -1", "between 1 and"),
                Arguments.of(
                        settings().rate(1_000_001, 40), "rate-per-ip: 1000001", "between 1 and"),
                Arguments.of(settings().streams(0, 1), "streams-per-second: 0", "between 1 and"),
                Arguments.of(settings().streams(1, 0), "streams-burst: 0", "between 1 and"),
                Arguments.of(
                        settings().connections(-1, 0),
                        "max-connections: -1",
                        "between 0 and 2147483647"),
                Arguments.of(
                        settings().connections(0, -2), "max-connections-per-ip: -2", "between 0"),
                Arguments.of(
                        settings().origins("example.com"),
                        "allowed-origins: \"example.com\"",
                        "https://host[:port], https://*.example.com[:port] (or http), null, file://, or *"),
                Arguments.of(
                        settings().hosts("http://a"), "allowed-hosts: \"http://a\"", "host[:port]"),
                Arguments.of(
                        settings().proxies("10.0.0.0/33"),
                        "trusted-proxies: \"10.0.0.0/33\"",
                        "2001:db8::/32"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongValueIsNamedWithItsKeyAndWhatIsAllowed(
            SettingsBuilder settings, String keyAndValue, String allowed) {
        assertThatIllegalArgumentException()
                .isThrownBy(settings::build)
                .withMessageStartingWith("highwater.handshake." + keyAndValue)
                .withMessageContaining(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Null",
                "file:///",
                "https://",
                "https://*",
                "https://*.",
                "https://*.10.0.0.1",
                "https://*.*.example.com",
                "https://a.*.example.com",
                "https://example.com/",
                "https://user@example.com",
                "https://example.com:0",
                "https://example.com:65536",
                "https://example.com:",
                "ftp://example.com",
                "*.example.com",
                "https://[::1",
                "https://exa mple.com"
            })
    void aMalformedOriginPatternIsRefusedForTheNodeAndForAPath(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings().origins(pattern).build())
                .withMessageContaining("highwater.handshake.allowed-origins: \"" + pattern + "\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RouteBuilder.route().origins(pattern).build())
                .withMessageContaining("/v1/echo")
                .withMessageContaining("\"" + pattern + "\"");
    }

    @Test
    void theLeastAndTheMostAreAllowed() {
        assertThatCode(
                        () ->
                                settings()
                                        .rate(1, 1_000_000)
                                        .streams(1_000_000, 1)
                                        .connections(0, Integer.MAX_VALUE)
                                        .proxies("10.1.2.3", "::/0", "2001:db8::1/128")
                                        .hosts("a", "*.b.c:1", "[::1]:65535")
                                        .origins("*", "http://localhost:3000", "https://*.a.b")
                                        .build())
                .doesNotThrowAnyException();
    }

    @Test
    void defaultsAreThoseOfTheTableAndTheHeap() {
        HandshakeSettings defaults = HandshakeSettings.defaults();
        int max = (int) (Runtime.getRuntime().maxMemory() / (16 * 1024));
        assertThat(defaults)
                .isEqualTo(
                        new HandshakeSettings(
                                List.of(),
                                List.of(),
                                false,
                                20,
                                40,
                                200,
                                1_000,
                                max,
                                max / 4,
                                List.of(),
                                DeflatePolicy.CONTEXT_4K));
        assertThat(HandshakeSettings.defaultMaxConnections(256L << 20)).isEqualTo(16_384);
        assertThat(HandshakeSettings.defaultMaxConnections(Long.MAX_VALUE))
                .isEqualTo(Integer.MAX_VALUE);
        assertThat(HandshakeSettings.defaultMaxConnectionsPerIp(0)).isZero();
        assertThat(HandshakeSettings.defaultMaxConnectionsPerIp(3)).isEqualTo(1);
    }
}
