package io.highwater.backbone.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Data that is there, in a folder, in Redis or in PostgreSQL, has its channels in these shards. The
 * file is never written again: a version that disagrees with it does not find what is kept.
 */
final class ChannelShardsTest {
    private static final int SHARDS = 64;

    @Test
    void theShardOfAChannelNeverChanges() throws Exception {
        for (String line : kept()) {
            int space = line.indexOf(' ');
            String channel = line.substring(space + 1);
            assertThat(ChannelShards.shardOf(channel, SHARDS))
                    .as("the shard of \"%s\"", channel)
                    .isEqualTo(Integer.parseInt(line.substring(0, space)));
        }
    }

    private static List<String> kept() throws Exception {
        try (InputStream file = ChannelShardsTest.class.getResourceAsStream("channel-shards.txt")) {
            List<String> lines = new String(file.readAllBytes(), UTF_8).lines().toList();
            assertThat(lines).hasSize(80);
            return lines;
        }
    }

    @Test
    void anyNumberOfShardsHasAllChannels() {
        for (String channel : List.of("", "a", "room.42", "ﬀ", "x".repeat(200))) {
            for (int shards = 1; shards < 100; shards++) {
                assertThat(ChannelShards.shardOf(channel, shards)).isBetween(0, shards - 1);
            }
        }
    }
}
