package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.redis.ArchiveStep.Append;
import io.highwater.backbone.redis.ArchiveStep.Begin;
import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.redis.StreamItem.Unreadable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ArchiveStepTest {
    private static StreamId id(long generation, long sequence) {
        return new StreamId(generation, sequence);
    }

    private static Stored stored(long generation, long sequence) {
        return stored(generation, sequence, 7, new byte[1]);
    }

    private static Stored stored(
            long generation, long sequence, long channelSequence, byte[] data) {
        return new Stored(
                id(generation, sequence), 1, "c", channelSequence, "m", "p", false, null, data);
    }

    private static List<StreamItem> run(long generation, int from, int to) {
        List<StreamItem> items = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            items.add(stored(generation, i));
        }
        return items;
    }

    @Test
    void whatFollowsIsAppendedUpToTheNextHoleOrGeneration() {
        List<StreamItem> items = run(8, 4, 6);
        items.addAll(run(8, 8, 9));
        assertThat(ArchiveStep.next(id(8, 3), items))
                .isInstanceOfSatisfying(
                        Append.class, append -> assertThat(append.last()).isEqualTo(id(8, 6)));
        items = run(8, 4, 5);
        items.add(new Marker(id(9, 0), id(8, 5)));
        items.addAll(run(9, 1, 2));
        assertThat(ArchiveStep.next(id(8, 3), items))
                .isInstanceOfSatisfying(
                        Append.class, append -> assertThat(append.last()).isEqualTo(id(8, 5)));
    }

    @Test
    void aMarkerBeginsItsGenerationAndTellsWhatIsMissingBeforeIt() {
        assertThat(ArchiveStep.next(id(8, 5), List.of(new Marker(id(9, 0), id(8, 5)))))
                .isEqualTo(new Begin(id(9, 0), 0, id(8, 5)));
        assertThat(ArchiveStep.next(id(8, 5), List.of(new Marker(id(9, 0), id(8, 3)))))
                .as("Redis lost some, the archive has them")
                .isEqualTo(new Begin(id(9, 0), 0, id(8, 3)));
        assertThat(ArchiveStep.next(id(8, 5), List.of(new Marker(id(9, 0), id(8, 7)))))
                .isEqualTo(new Begin(id(9, 0), 2, id(8, 7)));
    }

    @Test
    void whatIsGoneIsSkippedAndCounted() {
        assertThat(ArchiveStep.next(id(8, 5), run(8, 9, 9))).isEqualTo(new Begin(id(8, 8), 3));
        assertThat(ArchiveStep.next(id(8, 5), run(9, 3, 3))).isEqualTo(new Begin(id(9, 2), 2));
        assertThat(ArchiveStep.next(id(8, 5), List.of(new Unreadable(id(8, 6), "test"))))
                .isEqualTo(new Begin(id(8, 6), 1));
    }

    @Test
    void aNewShardBeginsWithTheOldestThatTheStreamHasAndNothingIsMissing() {
        assertThat(ArchiveStep.next(null, run(8, 9, 12))).isEqualTo(new Begin(id(8, 8), 0));
        assertThat(ArchiveStep.next(null, List.of(new Marker(id(8, 0), id(0, 0)))))
                .isEqualTo(new Begin(id(8, 0), 0));
        assertThat(ArchiveStep.next(null, List.of(new Unreadable(id(8, 9), "test"))))
                .isEqualTo(new Begin(id(8, 9), 0));
    }

    @Test
    void oneCallHasABoundedNumberOfEntriesAndBytesAndFirstEntries() {
        assertThat(appended(run(8, 4, 999))).isEqualTo(ArchiveStep.MOST_ENTRIES);
        byte[] large = new byte[(int) ArchiveStep.MOST_BYTES / 2 - 100];
        List<StreamItem> items = new ArrayList<>();
        for (int i = 4; i < 10; i++) {
            items.add(stored(8, i, 7, large));
        }
        assertThat(appended(items)).isEqualTo(2);
        String key = "k".repeat((int) ArchiveStep.MOST_BYTES / 2);
        items.clear();
        for (int i = 4; i < 10; i++) {
            items.add(new Stored(id(8, i), 1, "c", 7, "m", "p", false, key, new byte[1]));
        }
        assertThat(appended(items)).as("texts count too").isEqualTo(1);
        byte[] larger = new byte[(int) ArchiveStep.MOST_BYTES + 1];
        assertThat(appended(List.of(stored(8, 4, 7, larger), stored(8, 5)))).isEqualTo(1);
        items.clear();
        for (int i = 4; i < 99; i++) {
            items.add(stored(8, i, 1, new byte[1]));
        }
        assertThat(appended(items)).isEqualTo(ArchiveStep.MOST_FIRSTS);
    }

    private static int appended(List<StreamItem> items) {
        return ((Append) ArchiveStep.next(id(8, 3), items)).entries().size();
    }

    @Test
    void aPartHasEntriesOfOneGenerationAndMayHaveHoles() {
        List<Stored> all = List.of(stored(8, 4), stored(8, 9), stored(9, 1), stored(9, 2));
        assertThat(ArchiveStep.part(all, 0)).hasSize(2);
        assertThat(ArchiveStep.part(all, 2)).hasSize(2);
    }
}
