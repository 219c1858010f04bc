package io.highwater.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ChannelServiceTest {
    @Test
    void theFanOutMayBeBehindByAnEighthOfTheRings() {
        Ledger ledger = Ledgers.of(Map.of(Account.RINGS, 26L << 20), new FakeTicker());
        assertThat(ChannelService.backlogBytes(ledger)).isEqualTo((26L << 20) / 8);
    }
}
