package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.testing.Ledgers;
import io.highwater.time.Ticker;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OpenedChannelsTest {
    private static final int MOST = 262_144;

    private final Ledger ledger = Ledgers.of(Map.of(), Ticker.system());
    private final OpenedChannels channels = new OpenedChannels(MOST);

    private Payer payer(String address) {
        return Ledgers.payer(ledger, address);
    }

    /** How many they open, taking turns, while all channels are opened by them. */
    private int openAll(List<Payer> payers) {
        int taken = 0;
        int before;
        do {
            before = taken;
            for (Payer payer : payers) {
                if (channels.mayOpen(payer)) {
                    channels.onOpened(payer);
                    channels.onTaken(++taken);
                }
            }
        } while (taken > before);
        return taken;
    }

    @Test
    void anAddressMayOpenAQuarter() {
        Payer payer = payer("192.0.2.1");
        assertThat(openAll(List.of(payer))).isEqualTo(MOST / 4);
        assertThat(channels.mayOpen(payer("192.0.2.2"))).isTrue();
        channels.clear();
        assertThat(channels.mayOpen(payer)).isTrue();
    }

    @Test
    void aCrowdLeavesChannelsForOthers() {
        List<Payer> crowd = IntStream.range(0, 64).mapToObj(i -> payer("192.0.2." + i)).toList();
        int taken = openAll(crowd);
        assertThat(MOST - taken).isBetween(1_000, 1_100);
        Payer other = payer("198.51.100.1");
        for (int i = 0; i < 500; i++) {
            assertThat(channels.mayOpen(other)).isTrue();
            channels.onOpened(other);
            channels.onTaken(taken + i);
        }
        assertThat(channels.mayOpen(crowd.get(0))).isFalse();
    }

    /**
     * Only Redis knows whether a channel is new, and begins a new generation if there is no room.
     */
    @Test
    void whoHasOpenedNoneAndWhoIsNotCountedMayAlwaysTry() {
        channels.onTaken(MOST);
        assertThat(channels.mayOpen(payer("192.0.2.1"))).isTrue();
        assertThat(channels.mayOpen(null)).isTrue();
        Payer proxy = payer("99.0.0.1");
        channels.onOpened(proxy);
        assertThat(channels.mayOpen(proxy)).isTrue();
    }

    @Test
    void manyAddressesAreNotAllRememberedButThoseThatOpenedMost() {
        Payer much = payer("192.0.2.1");
        for (int i = 0; i < MOST / 4; i++) {
            channels.onOpened(much);
        }
        for (int i = 0; i < 2 * OpenedChannels.MOST_ADDRESSES; i++) {
            channels.onOpened(payer("10.0." + i / 256 + "." + i % 256));
        }
        assertThat(channels.mayOpen(much)).isFalse();
    }
}
