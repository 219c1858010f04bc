package io.highwater.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Allocations;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an address costs grows as it does. */
final class RequestUriTest {
    private static final int REPEATS = 2_000;

    @ParameterizedTest
    @ValueSource(strings = {"a", "%41", "%", "|", "\u00e9", "\""})
    void anAddressOfTwiceTheLengthCostsTwiceAsMuch(String unit) {
        long once = Allocations.of(() -> RequestUri.legal(unit.repeat(REPEATS)));
        long twice = Allocations.of(() -> RequestUri.legal(unit.repeat(2 * REPEATS)));
        assertThat(twice).isLessThanOrEqualTo(5 * once / 2);
        assertThat(twice).isLessThanOrEqualTo(400L * REPEATS * unit.length());
    }
}
