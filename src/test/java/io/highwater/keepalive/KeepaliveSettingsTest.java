package io.highwater.keepalive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeepaliveSettingsTest {
    @Test
    void theDefaultsAreThoseOfTheDesign() {
        assertThat(KeepaliveSettings.defaults()).isEqualTo(of("25s", "10s", "40s", "30s"));
    }

    @ParameterizedTest
    @CsvSource({
        "25s, 10s, 35s, 30s",
        "0s, 10s, 10s, 30s",
        "0.1s, 0.1s, 0.2s, 0.1s",
        "604800s, 604800s, 1209600s, 604800s"
    })
    void theBoundsAreAllowed(String ping, String pong, String idle, String slowWrite) {
        assertThat(of(ping, pong, idle, slowWrite)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "25s|10s|34.999s|30s|highwater.keepalive.idle-timeout: 34999ms is not in the range"
                        + " 35s (highwater.keepalive.ping-interval 25s +"
                        + " highwater.keepalive.pong-timeout 10s) to 14d",
                "25s|10s|1209601s|30s|highwater.keepalive.idle-timeout: 1209601s is not in the range"
                        + " 35s (highwater.keepalive.ping-interval 25s +"
                        + " highwater.keepalive.pong-timeout 10s) to 14d",
                "0.099s|10s|40s|30s|highwater.keepalive.ping-interval: 99ms is not in the range"
                        + " 0 or 100ms to 7d",
                "-1s|10s|40s|30s|highwater.keepalive.ping-interval: -1s is not in the range 0 or"
                        + " 100ms to 7d",
                "25s|0s|40s|30s|highwater.keepalive.pong-timeout: 0 is not in the range 100ms"
                        + " to 7d",
                "25s|10s|40s|604801s|slowWriteTimeout: 604801s is not in the" + " range 100ms to 7d"
            })
    void whatIsOutsideIsRefusedWithKeyValueAndRange(
            String ping, String pong, String idle, String slowWrite, String message) {
        assertThatThrownBy(() -> of(ping, pong, idle, slowWrite))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static KeepaliveSettings of(String ping, String pong, String idle, String slowWrite) {
        return new KeepaliveSettings(
                duration(ping), duration(pong), duration(idle), duration(slowWrite));
    }

    private static Duration duration(String seconds) {
        return Duration.parse("PT" + seconds.toUpperCase(java.util.Locale.ROOT));
    }
}
