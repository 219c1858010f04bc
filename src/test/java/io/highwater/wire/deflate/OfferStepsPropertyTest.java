package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.CountingText;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Offers of twice the length cost at most twice the steps, and no more than their bound. */
final class OfferStepsPropertyTest {
    private static final int REPEATS = 2_000;

    @Provide
    Arbitrary<String> unit() {
        return Arbitraries.strings().withChars("a9=\"\\; ,,").ofMinLength(1).ofMaxLength(12);
    }

    private static long steps(String header) {
        CountingText text = new CountingText(header);
        ExtensionOffer.first(List.of(text), OfferStepsPropertyTest::unusable);
        return text.steps();
    }

    private static @Nullable Object unusable(ExtensionOffer offer) {
        return null;
    }

    @Property(tries = 500)
    void offersAreReadInLinearSteps(@ForAll("unit") String unit) {
        long once = steps(unit.repeat(REPEATS));
        assertThat(once).isLessThanOrEqualTo(3L * REPEATS * unit.length());
        // An odd number of quotes makes two different texts of them.
        assertThat(steps(unit.repeat(2 * REPEATS)))
                .isLessThanOrEqualTo(6L * REPEATS * unit.length());
    }

    @Example
    void offersBehindTheBoundAreNotRead() {
        long bound = steps("a;b=1, ".repeat(ExtensionOffer.MAX));
        assertThat(steps("a;b=1, ".repeat(REPEATS))).isLessThanOrEqualTo(bound);
    }

    @Example
    void theFirstThatIsUsableIsTheLastThatIsRead() {
        CountingText text = new CountingText("a, b, " + "c".repeat(5_000));
        assertThat(
                        ExtensionOffer.<String>first(
                                List.of(text), o -> o.name().equals("b") ? o.name() : null))
                .isEqualTo("b");
        assertThat(text.steps()).isLessThan(30);
    }
}
