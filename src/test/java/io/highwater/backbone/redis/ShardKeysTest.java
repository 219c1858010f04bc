package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ShardKeysTest {
    private static final List<ShardKeys> KEYS = ShardKeys.all("highwater");

    @Test
    void theShardsSpreadEvenlyOverTheSlotsOfACluster() {
        int part = SlotHash.SLOT_COUNT / ShardKeys.SHARDS;
        for (int shard = 0; shard < ShardKeys.SHARDS; shard++) {
            int slot = SlotHash.getSlot(KEYS.get(shard).log());
            assertThat(slot / part).as("the slot %s of shard %s", slot, shard).isEqualTo(shard);
        }
    }

    @Test
    void allKeysOfAShardAreInOneSlotWhateverThePrefix() {
        for (ShardKeys keys : ShardKeys.all("a:b")) {
            int slot = SlotHash.getSlot(keys.log());
            assertThat(SlotHash.getSlot(keys.meta())).isEqualTo(slot);
            assertThat(SlotHash.getSlot(keys.counters())).isEqualTo(slot);
            assertThat(SlotHash.getSlot(keys.remembered("p", "c", "m"))).isEqualTo(slot);
        }
    }

    /** Others would not find the data that is there. */
    @Test
    void theKeysOfAShardNeverChange() {
        assertThat(KEYS.get(17).log()).isEqualTo("highwater:{17.139}:log");
        assertThat(KEYS.get(17).meta()).isEqualTo("highwater:{17.139}:meta");
        assertThat(KEYS.get(17).counters()).isEqualTo("highwater:{17.139}:counters");
        assertThat(KEYS.get(17).remembered("device-7", "room.42", "a1"))
                .isEqualTo("highwater:{17.139}:m:QlYxd-pKtpXLY09qMKYgAQ");
    }

    @Test
    void channelsThatDifferInANumberSpreadOverAllShards() {
        Set<Integer> shards = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            shards.add(ShardKeys.shardOf("room." + i));
        }
        assertThat(shards).hasSize(ShardKeys.SHARDS);
    }

    @Test
    void aMessageIsRememberedByAllThreePartsOfItsName() {
        ShardKeys keys = KEYS.get(0);
        Set<String> remembered = new HashSet<>();
        remembered.add(keys.remembered("p", "c", "m"));
        remembered.add(keys.remembered("q", "c", "m"));
        remembered.add(keys.remembered("p", "d", "m"));
        remembered.add(keys.remembered("p", "c", "n"));
        // No part passes for the end of another.
        remembered.add(keys.remembered("pc", "m", ""));
        remembered.add(keys.remembered("", "pc", "m"));
        remembered.add(keys.remembered("p", "", "cm"));
        assertThat(remembered).hasSize(7);
    }
}
