package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As in a node of 256 MiB, which may be 3.3 MB behind. */
final class BacklogPublishersTest {
    private static final long MOST = (26L << 20) / 8;
    private static final long LARGE = 64 << 10;
    private static final long SMALL = 1_000;

    private final Ledger ledger = Ledgers.of(Map.of(), new FakeTicker());
    private final BacklogPublishers publishers = new BacklogPublishers(MOST);

    private List<Payer> payers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Ledgers.payer(ledger, "10.0.0." + (i + 1)))
                .toList();
    }

    /** Nothing is delivered, and all publish what they can; how much waits in the end. */
    private long fill(List<Payer> greedy, long messageBytes) {
        long taken = 0;
        boolean any = true;
        while (any) {
            any = false;
            for (Payer payer : greedy) {
                if (publishers.admits(payer, messageBytes, taken)) {
                    taken += messageBytes;
                    any = true;
                }
            }
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 64})
    void whoPublishesLittleIsAdmittedHoweverManyPublishAllTheyCan(int greedy) {
        for (long bytes : new long[] {SMALL, LARGE}) {
            long taken = fill(payers(greedy), bytes);
            assertThat(taken).isBetween(MOST / 2, MOST);
            Payer little = Ledgers.payer(ledger, "192.0.2.1");
            for (int i = 0; i < 10; i++) {
                assertThat(publishers.admits(little, SMALL, taken)).isTrue();
                taken += SMALL;
            }
            publishers.admits(little, SMALL, 0);
        }
    }

    @Test
    void nothingIsCountedBelowTheHalf() {
        Payer payer = payers(1).get(0);
        for (int i = 0; i < 1_000; i++) {
            assertThat(publishers.admits(payer, LARGE, MOST / 2)).isTrue();
        }
        assertThat(publishers.admits(payer, LARGE, MOST / 2 + 1)).isTrue();
    }

    @Test
    void whoWasRefusedIsAdmittedOnceHalfIsDelivered() {
        List<Payer> one = payers(1);
        long taken = fill(one, SMALL);
        assertThat(publishers.admits(one.get(0), SMALL, taken)).isFalse();
        // Still crowded: what was delivered meanwhile does not count against what was published.
        assertThat(publishers.admits(one.get(0), LARGE, taken - LARGE)).isFalse();
        assertThat(publishers.admits(one.get(0), SMALL, MOST / 2)).isTrue();
        assertThat(publishers.admits(one.get(0), SMALL, taken - 2 * SMALL)).isTrue();
    }

    @Test
    void aSteadyPublisherIsAdmittedHoweverLongTheBacklogStaysCrowded() {
        long taken = MOST / 100 * 70;
        List<Payer> greedy = payers(64);
        Payer steady = Ledgers.payer(ledger, "192.0.2.1");
        for (int round = 0; round < 10_000; round++) {
            long published = 0;
            for (Payer payer : greedy) {
                published += publishers.admits(payer, SMALL, taken) ? SMALL : 0;
            }
            if (round % 6 == 0) {
                assertThat(publishers.admits(steady, SMALL, taken)).isTrue();
                published += SMALL;
            }
            // As much is delivered as was published: the backlog stays as it is.
            publishers.onDelivered(published, taken);
        }
    }

    @Test
    void noAddressIsKeptOnceHalfIsDelivered() {
        long taken = fill(payers(16), LARGE);
        publishers.onDelivered(LARGE, taken - LARGE);
        assertThat(publishers.size()).isEqualTo(16);
        publishers.onDelivered(MOST / 2, MOST / 2);
        assertThat(publishers.size()).isZero();
    }
}
