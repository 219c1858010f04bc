package io.highwater.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.protocol.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link SharedArchive} keeps to beyond that. */
public abstract class SharedArchiveContract extends ArchiveContract {
    private static final long LATER = GENERATION + 60_000;

    @Override
    protected abstract SharedArchive open() throws Exception;

    private SharedArchive shared() {
        return (SharedArchive) archive;
    }

    @Test
    void everyNodeIsToldHowFarEachShardIs() throws Exception {
        assertThat(get(shared().watermarks(ORIGIN))).isEmpty();
        ArchiveWriter other = get(archive.writer(ORIGIN, 7));
        begin(GENERATION);
        get(other.begin(shard(LATER, 0)));
        get(writer.append(entries(GENERATION, 1, 3)));
        assertThat(get(shared().watermarks(ORIGIN)))
                .isEqualTo(Map.of(0, shard(GENERATION, 3), 7, shard(LATER, 0)));
        assertThat(get(shared().watermarks("elsewhere"))).isEmpty();
        other.close();
    }

    @Test
    void whatANodeAddsWithoutTheLeaseIsReadAndLeavesTheWatermark() throws Exception {
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 2)));
        assertThat(get(shared().add(ORIGIN, 0, entries(GENERATION, 2, 5)))).isTrue();
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 2));
        assertThat(msgIds(after(null))).containsExactly("m1", "m2", "m3", "m4", "m5");
        assertThat(get(archive.tops(channel))).isEqualTo(position(GENERATION, 5, 5));
        assertThat(get(archive.find(channel, "p", "m4"))).isEqualTo(position(GENERATION, 4, 4));
        get(writer.append(entries(GENERATION, 3, 6)));
        assertThat(writer.watermark()).isEqualTo(shard(GENERATION, 6));
        assertThat(msgIds(after(null))).hasSize(6);
    }

    @Test
    void whatIsAddedOnceALaterGenerationHasBegunIsNotInTime() throws Exception {
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 2)));
        begin(LATER);
        get(writer.append(List.of(entry(position(LATER, 1, 1), position(GENERATION, 2, 2), "n1"))));
        assertThat(get(shared().add(ORIGIN, 0, entries(GENERATION, 3, 3)))).isFalse();
        assertThat(get(shared().add(ORIGIN, 0, List.of(entry(position(LATER, 2, 2), null, "n2")))))
                .isTrue();
        assertThat(msgIds(after(null))).containsExactly("m1", "m2", "m3", "n1", "n2");
        assertThat(get(archive.tops(channel))).isEqualTo(position(LATER, 2, 2));
        assertThat(writer.watermark()).isEqualTo(shard(LATER, 1));
    }

    @Test
    void entriesOfAShardWithoutAnyWatermarkAreAddedInTime() throws Exception {
        assertThat(get(shared().add(ORIGIN, 0, entries(GENERATION, 3, 4)))).isTrue();
        assertThat(writer.watermark()).isNull();
        assertThat(msgIds(after(null))).containsExactly("m3", "m4");
    }

    @Test
    void theEntriesOfAShardAreReadInItsOrderWhateverTheirChannels() throws Exception {
        begin(GENERATION);
        String other = channel + ".other";
        get(
                writer.append(
                        List.of(
                                entry(position(GENERATION, 1, 1), null, "m1"),
                                entry(other, position(GENERATION, 2, 1), null, "o1", nowMillis()),
                                entry(position(GENERATION, 3, 2), null, "m2"))));
        get(shared().add(ORIGIN, 0, List.of(entry(position(GENERATION, 9, 5), null, "m5"))));
        begin(LATER);
        Position before = position(GENERATION, 9, 5);
        get(writer.append(List.of(entry(position(LATER, 1, 1), before, "n1"))));
        get(writer.append(List.of(entry(position(LATER, 2, 2), null, "n2"))));
        assertThat(between(GENERATION, 0, LATER, 3))
                .containsExactly("m1", "o1", "m2", "m5", "n1", "n2");
        assertThat(between(GENERATION, 1, LATER, 2)).containsExactly("o1", "m2", "m5", "n1");
        assertThat(between(GENERATION, 3, LATER, 0)).containsExactly("m5");
        assertThat(between(GENERATION, 9, LATER, 1)).isEmpty();
        assertThat(between(LATER, 2, LATER, 9)).isEmpty();
        assertThat(
                        get(
                                shared().between(
                                                0,
                                                shard(GENERATION, 0),
                                                shard(LATER, 3),
                                                new PageBounds(2, 1 << 20))))
                .hasSize(2);
        assertThat(get(shared().between(1, shard(GENERATION, 0), shard(LATER, 3), MANY)))
                .as("another shard")
                .isEmpty();
        ArchivedEntry read =
                get(shared().between(0, shard(GENERATION, 1), shard(GENERATION, 3), MANY)).get(0);
        assertThat(read.publisher()).isEqualTo("p");
        assertThat(read.wallMillis()).isEqualTo(nowMillis());
        assertThat(read.entry().channel()).isEqualTo(other);
        assertThat(read.entry().position()).isEqualTo(position(GENERATION, 2, 1));
        assertThat(read.entry().data()).isEqualTo(new byte[] {'"', 'o', '1', '"'});
    }

    private List<String> between(long generation, long after, long later, long before)
            throws Exception {
        return get(shared().between(0, shard(generation, after), shard(later, before), MANY))
                .stream()
                .map(entry -> entry.entry().msgId())
                .toList();
    }

    @Test
    void afterCloseNothingIsSharedEither() {
        archive.close();
        assertUnavailable(shared().watermarks(ORIGIN));
        assertUnavailable(shared().add(ORIGIN, 0, entries(GENERATION, 1, 1)));
        assertUnavailable(shared().between(0, shard(GENERATION, 0), shard(LATER, 0), MANY));
    }
}
