package io.highwater.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.highwater.time.Durations;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigUnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "65536, 65536",
        "17 B, 17",
        "64KiB, 65536",
        "64 kib, 65536",
        "10 MiB, 10485760",
        "1GiB, 1073741824",
        "' 1 ', 1",
    })
    void sizesTakeBinaryUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "1.5MiB", "1KB", "1M", "KiB", "1 TiB", "0x10", "", "9999999999 GiB"})
    void otherSizesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "500ms, PT0.5S",
        "25s, PT25S",
        "25 S, PT25S",
        "2m, PT2M",
        "36h, PT36H",
        "30d, PT720H",
        "PT1M30S, PT1M30S",
        "pt0.25s, PT0.25S",
        "P1D, PT24H",
    })
    void durationsTakeIsoAndShortUnits(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "-1s", "PT-1S", "1.5s", "1 week", "s", "", "PT"})
    void otherDurationsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text));
    }
}
