package io.highwater.handshake;

import static io.highwater.handshake.FakeUpgradeRequest.upgrade;
import static io.highwater.handshake.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Allocations;
import io.highwater.testing.CountingText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** A header of twice the length costs at most twice the steps; where it has a bound, no more. */
final class HeaderStepsPropertyTest {
    private final TrustedProxies proxies =
            new TrustedProxies(settings().proxies("10.0.0.0/8").build());

    /** The longest header there is room for, and more. */
    private static final int REPEATS = 2_400;

    @Provide
    Arbitrary<String> unit() {
        return Arbitraries.strings().withChars("a1.:[]\"; ,,,").ofMinLength(1).ofMaxLength(12);
    }

    private static long steps(
            String unit, int lines, int repeats, Consumer<List<? extends CharSequence>> parse) {
        List<CountingText> texts = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            texts.add(new CountingText(unit.repeat(repeats / lines)));
        }
        parse.accept(texts);
        return texts.stream().mapToLong(CountingText::steps).sum();
    }

    private static void readAll(List<? extends CharSequence> lines) {
        Hops hops = new Hops(lines);
        while (hops.next() != null) {}
    }

    @Property(tries = 300)
    void hopsAreReadInLinearStepsAndUpToTheirBound(
            @ForAll("unit") String unit, @ForAll @IntRange(min = 1, max = 4) int lines) {
        long once = steps(unit, lines, REPEATS, HeaderStepsPropertyTest::readAll);
        long twice = steps(unit, lines, 2 * REPEATS, HeaderStepsPropertyTest::readAll);
        assertThat(twice).isLessThanOrEqualTo(2 * once + unit.length());
        if (unit.contains(",")) {
            assertThat(once).isLessThanOrEqualTo(2L * (Hops.MAX + 1) * (unit.length() + 1));
        }
    }

    @Property(tries = 300)
    void tokensAreReadInLinearStepsAndUpToTheirBound(
            @ForAll("unit") String unit, @ForAll @IntRange(min = 1, max = 4) int lines) {
        Consumer<List<? extends CharSequence>> parse = texts -> ListHeader.first(64, texts);
        long once = steps(unit, lines, REPEATS, parse);
        long twice = steps(unit, lines, 2 * REPEATS, parse);
        assertThat(once).isLessThanOrEqualTo(2L * REPEATS * unit.length());
        assertThat(twice).isLessThanOrEqualTo(2 * once + unit.length());
        if (unit.matches("[a-z1]+,")) {
            assertThat(once).isLessThanOrEqualTo(65L * 2 * unit.length());
        }
    }

    /** Those of proxies that are trusted, so that each is looked through. */
    @Example
    void aFloodOfHopsCostsAHandshakeWhatAFewDo() {
        FakeUpgradeRequest few = forwarded("10.9.9.9,".repeat(100));
        FakeUpgradeRequest many = forwarded("10.9.9.9,".repeat(15_000));
        long steps = Allocations.of(() -> look(few));
        assertThat(Allocations.of(() -> look(many))).isLessThanOrEqualTo(2 * steps);
    }

    private static FakeUpgradeRequest forwarded(String hops) {
        return upgrade()
                .from("10.0.0.1")
                .header("X-Forwarded-For", hops + "10.9.9.9")
                .header("X-Forwarded-Proto", hops + "http")
                .header("X-Forwarded-Host", hops + "10.9.9.9");
    }

    private void look(FakeUpgradeRequest request) {
        ClientView view = proxies.look(request);
        assertThat(view.address().getHostAddress()).isEqualTo("10.9.9.9");
        assertThat(view.scheme()).isNull();
        assertThat(view.authority()).isNotNull();
    }

    @Example
    void proxiesBeyondTheBoundAreNotLookedThrough() {
        String hops = "198.51.100.1" + ", 10.9.9.9".repeat(Hops.MAX - 1);
        assertThat(address(hops)).isEqualTo("198.51.100.1");
        assertThat(address(hops + ", 10.9.9.9")).isEqualTo("10.9.9.9");
    }

    private String address(String hops) {
        return proxies.look(upgrade().from("10.0.0.1").header("X-Forwarded-For", hops))
                .address()
                .getHostAddress();
    }
}
