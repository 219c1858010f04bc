package io.highwater.endpoint.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Allocations;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a query costs grows as it does. */
final class QueryParametersTest {
    private static final int REPEATS = 2_000;

    @ParameterizedTest
    @ValueSource(strings = {"a=1&", "&", "=", "a&", "%41=%", "b=%zz&", "+"})
    void aQueryOfTwiceTheLengthCostsTwiceAsMuch(String unit) {
        long once = Allocations.of(() -> QueryParameters.of(unit.repeat(REPEATS)));
        long twice = Allocations.of(() -> QueryParameters.of(unit.repeat(2 * REPEATS)));
        assertThat(twice).isLessThanOrEqualTo(5 * once / 2);
    }
}
