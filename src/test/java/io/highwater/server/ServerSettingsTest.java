package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSettingsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ServerSettings defaults = ServerSettings.defaults();

    @Test
    void defaultsAreThoseOfTheDesign() {
        assertThat(defaults.port()).isEqualTo(8080);
        assertThat(defaults.tlsPort()).isEqualTo(8443);
        assertThat(defaults.keystore()).isNull();
        assertThat(defaults.socketBufferBytes()).isEqualTo(131_072);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void aPortOutOfRangeNamesKeyValueAndRange(int port) {
        assertThatThrownBy(() -> defaults.withPort(port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("highwater.port: " + port + " is not between 0 and 65535");
        assertThatThrownBy(
                        () ->
                                new ServerSettings(
                                        0, port, null, 4096, SECOND, EdgeSettings.defaults()))
                .hasMessage("highwater.tls.port: " + port + " is not between 0 and 65535");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 4095, (16 << 20) + 1})
    void aSocketBufferOutOfRangeNamesItsKey(int bytes) {
        assertThatThrownBy(
                        () ->
                                new ServerSettings(
                                        0, 0, null, bytes, SECOND, EdgeSettings.defaults()))
                .hasMessage(
                        "highwater.outbound.socket-buffer: "
                                + bytes
                                + " is not between 4KiB and 16MiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT24H0.001S"})
    void anIdleTimeoutOutOfRangeIsRefused(String timeout) {
        assertThatThrownBy(() -> defaults.withIdleTimeout(Duration.parse(timeout)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTwoPortsMustDifferUnlessFree() {
        var keystore = new ServerSettings.Keystore(Path.of("k.p12"), "pw");
        assertThatThrownBy(() -> defaults.withTls(8080, keystore))
                .hasMessageStartingWith("highwater.tls.port: 8080");
        assertThat(defaults.withPort(0).withTls(0, keystore).tlsPort()).isZero();
    }

    @Test
    void thePasswordIsNeverPrinted() {
        var keystore = new ServerSettings.Keystore(Path.of("k.p12"), "hunter2");
        assertThat(defaults.withTls(8443, keystore).toString())
                .contains("k.p12")
                .doesNotContain("hunter2");
    }
}
