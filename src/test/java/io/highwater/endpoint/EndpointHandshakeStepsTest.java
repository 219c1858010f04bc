package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Allocations;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a query costs grows as it does. */
final class EndpointHandshakeStepsTest {
    private static final int REPEATS = 2_000;

    @ParameterizedTest
    @ValueSource(strings = {"a=1&", "&", "=", "a&", "%41=%", "b=%zz&", "+"})
    void aQueryOfTwiceTheLengthCostsTwiceAsMuch(String unit) {
        long once = Allocations.of(() -> EndpointHandshake.parameters(unit.repeat(REPEATS)));
        long twice = Allocations.of(() -> EndpointHandshake.parameters(unit.repeat(2 * REPEATS)));
        assertThat(twice).isLessThanOrEqualTo(5 * once / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "%41", "%", "|", "\u00e9", "\""})
    void soDoesWhatHasNoPlaceInAUri(String unit) {
        long once = Allocations.of(() -> EndpointHandshake.legal(unit.repeat(REPEATS)));
        long twice = Allocations.of(() -> EndpointHandshake.legal(unit.repeat(2 * REPEATS)));
        assertThat(twice).isLessThanOrEqualTo(5 * once / 2);
        assertThat(twice).isLessThanOrEqualTo(400L * REPEATS * unit.length());
    }
}
