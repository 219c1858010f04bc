package io.highwater.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Archive} keeps to: writing here, reading in {@link ArchiveReading}. Whether
 * entries survive a crash, and what retention drops, each implementation tests in its own way.
 */
public abstract class ArchiveContract extends ArchiveReading {
    private static final long LATER = GENERATION + 60_000;

    @Test
    void onceItHasStartedItIsAvailable() throws Exception {
        assertThat(archive.health().state()).isEqualTo(ArchiveHealth.State.AVAILABLE);
        assertThat(archive.health().detail()).isNotBlank();
        archive.close();
        assertThat(archive.health().state()).isEqualTo(ArchiveHealth.State.CLOSED);
    }

    @Test
    void aNewShardHasNoWatermark() {
        assertThat(writer.watermark()).isNull();
    }

    @Test
    void theWatermarkMovesWithTheEntriesAndOutlivesTheArchive() throws Exception {
        begin(GENERATION);
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 0));
        get(writer.append(entries(GENERATION, 1, 3)));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 3));
        get(writer.append(entries(GENERATION, 4, 4)));
        reopen();
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 4));
        get(writer.append(entries(GENERATION, 5, 5)));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 5));
        assertThat(msgIds(after(null))).containsExactly("m1", "m2", "m3", "m4", "m5");
    }

    @Test
    void aNewGenerationMovesTheWatermarkAndOutlivesTheArchive() throws Exception {
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 3)));
        begin(LATER);
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 0));
        reopen();
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 0));
        // A log whose newest entries are gone for good.
        get(writer.begin(shard(LATER, 10)));
        get(writer.append(List.of(entry(LATER, 11))));
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 11));
    }

    @Test
    void theWatermarkNeverFalls() throws Exception {
        begin(LATER);
        get(writer.append(entries(LATER, 1, 2)));
        begin(LATER);
        begin(GENERATION);
        get(writer.begin(shard(LATER, 1)));
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 2));
        get(writer.append(entries(LATER, 3, 3)));
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 3));
    }

    @Test
    void entriesThatAreArchivedAgainChangeNothing() throws Exception {
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 4)));
        get(writer.append(entries(GENERATION, 1, 2)));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 4));
        get(writer.append(entries(GENERATION, 3, 6)));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 6));
        get(writer.append(List.of()));
        assertThat(msgIds(after(null))).containsExactly("m1", "m2", "m3", "m4", "m5", "m6");
        assertThat(get(archive.tops(channel))).isEqualTo(position(GENERATION, 6, 6));
    }

    @Test
    void entriesThatDoNotFollowAreRefusedWhole() throws Exception {
        begin(GENERATION);
        assertUnavailable(writer.append(entries(GENERATION, 2, 3)));
        get(writer.append(entries(GENERATION, 1, 3)));
        assertUnavailable(writer.append(entries(GENERATION, 5, 5)));
        assertUnavailable(writer.append(List.of(entry(GENERATION, 4), entry(GENERATION, 6))));
        assertUnavailable(writer.append(entries(LATER, 1, 1)));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 3));
        assertThat(msgIds(after(null))).containsExactly("m1", "m2", "m3");
        get(writer.append(entries(GENERATION, 4, 5)));
        assertThat(msgIds(after(null))).hasSize(5);
    }

    @Test
    void aNewShardBeginsWithItsGeneration() {
        assertUnavailable(writer.append(entries(GENERATION, 1, 1)));
        assertThat(writer.watermark()).isNull();
    }

    @Test
    void aLateEntryIsAddedToItsGenerationAndLeavesTheWatermark() throws Exception {
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 2)));
        begin(LATER);
        Position previous = position(GENERATION, 2, 2);
        get(writer.append(List.of(entry(position(LATER, 1, 1), previous, "n1"))));
        byte[] data = {'1'};
        Position position = position(GENERATION, 3, 3);
        Entry late = new Entry(channel, position, null, "m3", null, false, data, 0, true);
        get(writer.append(List.of(new ArchivedEntry(late, "p", nowMillis()))));
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 1));
        assertThat(msgIds(after(null))).containsExactly("m1", "m2", "m3", "n1");
        assertThat(after(null).entries().get(2).entry().late()).isTrue();
        assertThat(get(archive.tops(channel))).isEqualTo(position(LATER, 1, 1));
        get(writer.append(List.of(entry(position(LATER, 2, 2), null, "n2"))));
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 2));
    }

    @Test
    void aWriterNeedNotWaitForOneAppendBeforeItMakesTheNext() throws Exception {
        int count = 500;
        List<Integer> completed = new ArrayList<>();
        List<CompletableFuture<@Nullable Void>> appends = new ArrayList<>();
        CompletionStage<@Nullable Void> begun = writer.begin(shard(GENERATION, 0));
        for (int i = 1; i <= count; i++) {
            int number = i;
            appends.add(
                    writer.append(List.of(entry(GENERATION, i)))
                            .whenComplete(
                                    (done, failure) -> {
                                        synchronized (completed) {
                                            completed.add(number);
                                        }
                                    })
                            .toCompletableFuture());
        }
        get(begun);
        for (CompletableFuture<@Nullable Void> append : appends) {
            get(append);
        }
        synchronized (completed) {
            assertThat(completed).hasSize(count).isSorted();
        }
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, count));
        assertThat(msgIds(after(null))).hasSize(count);
    }

    @Test
    void anEntryWhoseAppendHasCompletedIsInEveryLaterAnswer() throws Exception {
        begin(GENERATION);
        for (int i = 1; i <= 50; i++) {
            get(writer.append(List.of(entry(GENERATION, i))));
            Position position = position(GENERATION, i, i);
            assertThat(msgIds(after(position(GENERATION, i - 1, i - 1)))).containsExactly("m" + i);
            assertThat(get(archive.find(channel, "p", "m" + i))).isEqualTo(position);
            assertThat(get(archive.tops(channel))).isEqualTo(position);
        }
    }

    @Test
    void aShardHasOneWriterAndShardsDoNotMix() throws Exception {
        assertUnavailable(archive.writer(ORIGIN, 0));
        ArchiveWriter other = get(archive.writer(ORIGIN, 1));
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 2)));
        assertThat(other.watermark()).isNull();
        get(other.begin(shard(LATER, 0)));
        String name = channel + ".other";
        get(other.append(List.of(entry(name, position(LATER, 1, 1), null, "o1", nowMillis()))));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 2));
        assertThat(other.watermark()).isEqualTo(shard(LATER, 1));
        other.close();
        assertUnavailable(other.append(List.of()));
        ArchiveWriter again = get(archive.writer(ORIGIN, 1));
        assertThat(again.watermark()).isEqualTo(shard(LATER, 1));
        again.close();
    }

    @Test
    void afterCloseEverythingFails() throws Exception {
        begin(GENERATION);
        archive.close();
        assertUnavailable(writer.append(entries(GENERATION, 1, 1)));
        assertUnavailable(archive.readAfter(channel, ORIGIN, null, MANY));
        assertUnavailable(archive.tops(channel));
        assertUnavailable(archive.find(channel, "p", "m1"));
        assertUnavailable(archive.writer(ORIGIN, 1));
    }

    @Test
    void whatWasHandedOverBeforeCloseIsWritten() throws Exception {
        List<CompletionStage<@Nullable Void>> appends = new ArrayList<>();
        appends.add(writer.begin(shard(GENERATION, 0)));
        for (int i = 1; i <= 100; i++) {
            appends.add(writer.append(List.of(entry(GENERATION, i))));
        }
        reopen();
        for (CompletionStage<@Nullable Void> append : appends) {
            get(append);
        }
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 100));
    }
}
