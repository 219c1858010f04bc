package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Position;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes is killed with SIGKILL: what it had acknowledged is there. */
final class FileArchiveCrashTest {
    @TempDir private Path temporary;

    /** The last acknowledged position of each shard. */
    private final Map<Integer, ShardPosition> acknowledged = new HashMap<>();

    @Test
    void everyAcknowledgedEntryOutlivesAKillInOrderAndWithoutHoles() throws Exception {
        Path folder = temporary.resolve("archive");
        for (int lines : List.of(1, 700, 4_000)) {
            writeAndKill(folder, lines);
            try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
                for (int shard = 0; shard < ArchiveFixture.SHARDS; shard++) {
                    check(fixture, shard);
                }
            }
        }
    }

    private void writeAndKill(Path folder, int lines) throws Exception {
        try (ArchiveProcess process = ArchiveProcess.start(folder, temporary.resolve("errors"))) {
            assertThat(process.nextLine()).isEqualTo("ready");
            for (int i = 0; i < lines; i++) {
                note(process.nextLine());
            }
            process.kill();
            for (String line = process.nextLine(); line != null; line = process.nextLine()) {
                note(line);
            }
        }
    }

    private void note(String line) {
        String[] parts = line.split(" ");
        ShardPosition position =
                ArchiveFixture.shard(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        ShardPosition before = acknowledged.put(Integer.parseInt(parts[0]), position);
        if (before != null && before.generation() == position.generation()) {
            assertThat(position.sequence()).isEqualTo(before.sequence() + 1);
        }
    }

    private void check(ArchiveFixture fixture, int shard) throws Exception {
        ShardPosition watermark = fixture.writer(shard).watermark();
        assertThat(watermark).isNotNull();
        TreeMap<Long, Long> countByGeneration = new TreeMap<>();
        for (int i = 0; i < ArchiveChild.CHANNELS; i++) {
            String channel = ArchiveChild.channel(shard, i);
            Position before = null;
            for (ArchivedEntry entry : fixture.all(channel)) {
                Position position = entry.entry().position();
                if (before == null) {
                    assertThat(position.channelSequence()).isEqualTo(1);
                    assertThat(entry.entry().previous()).isNull();
                } else {
                    assertThat(entry.entry().follows(before))
                            .as(position + " after " + before)
                            .isTrue();
                }
                assertThat(entry.entry().msgId())
                        .isEqualTo("m" + position.generation() + "-" + position.shardSequence());
                countByGeneration.merge(position.generation(), 1L, Long::sum);
                before = position;
            }
            assertThat(ArchiveFixture.get(fixture.archive().tops(channel))).isEqualTo(before);
        }
        long inLast = countByGeneration.getOrDefault(watermark.generation(), 0L);
        // Without holes, and nothing beyond the watermark: as many as the last one's number.
        assertThat(inLast).isEqualTo(watermark.sequence());
        ShardPosition last = acknowledged.get(shard);
        if (last != null) {
            assertThat(ShardState.isAfter(last, watermark))
                    .as("acknowledged " + last + ", archived " + watermark)
                    .isFalse();
        }
    }
}
