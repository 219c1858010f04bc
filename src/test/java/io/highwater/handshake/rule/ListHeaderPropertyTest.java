package io.highwater.handshake.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.CountingText;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * A header of twice the length costs at most twice the steps, up to its bound, and then no more.
 */
final class ListHeaderPropertyTest {
    /** The longest header there is room for, and more. */
    private static final int REPEATS = 2_400;

    @Provide
    Arbitrary<String> unit() {
        return Arbitraries.strings().withChars("a1.:[]\"; ,,,").ofMinLength(1).ofMaxLength(12);
    }

    @Property(tries = 300)
    void tokensAreReadInLinearStepsAndUpToTheirBound(
            @ForAll("unit") String unit, @ForAll @IntRange(min = 1, max = 4) int lines) {
        Consumer<List<? extends CharSequence>> parse = texts -> ListHeader.first(64, texts);
        long once = CountingText.steps(unit, lines, REPEATS, parse);
        long twice = CountingText.steps(unit, lines, 2 * REPEATS, parse);
        assertThat(once).isLessThanOrEqualTo(2L * REPEATS * unit.length());
        assertThat(twice).isLessThanOrEqualTo(2 * once + unit.length());
        if (unit.matches("[a-z1]+,")) {
            assertThat(once).isLessThanOrEqualTo(65L * 2 * unit.length());
        }
    }
}
