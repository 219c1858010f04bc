package io.highwater.handshake.address;

import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Allocations;
import io.highwater.testing.CountingText;
import io.highwater.testing.FakeUpgradeRequest;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * A header of twice the length costs at most twice the steps, up to its bound, and then no more.
 */
final class HopsPropertyTest {
    private final TrustedProxies proxies = TrustedProxies.of(List.of("10.0.0.0/8"));

    /** The longest header there is room for, and more. */
    private static final int REPEATS = 2_400;

    @Provide
    Arbitrary<String> unit() {
        return Arbitraries.strings().withChars("a1.:[]\"; ,,,").ofMinLength(1).ofMaxLength(12);
    }

    private static void readAll(List<? extends CharSequence> lines) {
        Hops hops = new Hops(lines);
        while (hops.next() != null) {}
    }

    @Property(tries = 300)
    void hopsAreReadInLinearStepsAndUpToTheirBound(
            @ForAll("unit") String unit, @ForAll @IntRange(min = 1, max = 4) int lines) {
        long once = CountingText.steps(unit, lines, REPEATS, HopsPropertyTest::readAll);
        long twice = CountingText.steps(unit, lines, 2 * REPEATS, HopsPropertyTest::readAll);
        assertThat(twice).isLessThanOrEqualTo(2 * once + unit.length());
        if (unit.contains(",")) {
            assertThat(once).isLessThanOrEqualTo(2L * (Hops.MAX + 1) * (unit.length() + 1));
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
