package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node of 256 MiB has 3.3 MB for what its fan-out is behind, however many cores it has. */
final class UndeliveredBytesTest {
    private static final long MOST = (26L << 20) / 8;

    private static final Entry LARGE = entry(64 << 10);
    private static final Entry SMALL = entry(100);

    private static Entry entry(int bytes) {
        Position position = new Position("local", 1, 1, 1);
        return new Entry("c", position, null, "m", null, false, new byte[bytes], 0);
    }

    /** How many a shard takes until it is full. */
    private static int fill(UndeliveredBytes shard, Entry entry) {
        int taken = 0;
        while (shard.admits(null, 0)) {
            shard.add(entry);
            taken++;
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 64})
    void oneShardAloneMayBeFarBehindHoweverManyThereAre(int shards) {
        UndeliveredBytes shard = UndeliveredBytes.share(MOST, shards).get(0);
        assertThat(fill(shard, LARGE))
                .isEqualTo((int) (MOST / 5 * 4 / UndeliveredBytes.bytes(LARGE)) + 1);
    }

    @Test
    void oneThatIsFullLeavesRoomForTheOthers() {
        List<UndeliveredBytes> shards = UndeliveredBytes.share(MOST, 16);
        fill(shards.get(0), LARGE);
        assertThat(fill(shards.get(1), LARGE)).isGreaterThan(5);
        assertThat(shards.get(2).admits(null, 0)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16, 64})
    void allTogetherStayWithinWhatTheyMayBe(int count) {
        List<UndeliveredBytes> shards = UndeliveredBytes.share(MOST, count);
        long taken = 0;
        for (int round = 0; round < 3; round++) {
            for (UndeliveredBytes shard : shards) {
                taken += fill(shard, SMALL) * UndeliveredBytes.bytes(SMALL);
            }
        }
        assertThat(taken).isBetween(MOST / 5 * 4, MOST / 8 * 9);
    }

    @Test
    void whatIsDeliveredMakesRoomAgain() {
        List<UndeliveredBytes> shards = UndeliveredBytes.share(MOST, 16);
        int first = fill(shards.get(0), SMALL);
        for (long left = first * UndeliveredBytes.bytes(SMALL); left > 0; left -= 1_000) {
            shards.get(0).remove(Math.min(left, 1_000));
        }
        assertThat(fill(shards.get(1), SMALL)).isEqualTo(first);
    }

    @Test
    void anAddressThatPublishesAllItCanLeavesRoomInItsShardForAnother() {
        Ledger ledger = Ledgers.of(Map.of(), new FakeTicker());
        Payer greedy = Ledgers.payer(ledger, "10.0.0.1");
        UndeliveredBytes shard = UndeliveredBytes.share(MOST, 2).get(0);
        while (shard.admits(greedy, UndeliveredBytes.bytes(SMALL))) {
            shard.add(SMALL);
        }
        assertThat(shard.admits(Ledgers.payer(ledger, "10.0.0.2"), 1_000)).isTrue();
        Payer proxy = Ledgers.payer(ledger, "99.0.0.1");
        while (shard.admits(proxy, 0)) {
            shard.add(SMALL);
        }
        assertThat(shard.admits(null, 0)).isFalse();
    }
}
