package io.highwater.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import io.highwater.time.TimerWheel;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a read answers where a generation ends. */
final class ArchiveReadsTest {
    private static final String ORIGIN = "local";
    private static final String CHANNEL = "c";
    private static final long GENERATION = 1_000_000;
    private static final long LATER = 2_000_000;
    private static final Position TOP = position(LATER, 1);

    private final Disk disk = new Disk();
    private final MemoryArchive archive = new MemoryArchive(disk);
    private final ArchiveReads reads = new ArchiveReads(archive, ORIGIN, false, new TimerWheel(0));
    private ArchiveWriter writer;

    @BeforeEach
    void open() throws Exception {
        get(archive.start());
        writer = get(archive.writer(ORIGIN, 0));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get();
    }

    private static Position position(long generation, long sequence) {
        return new Position(ORIGIN, generation, sequence, sequence);
    }

    private static ArchivedEntry entry(
            long generation, long sequence, @Nullable Position previous) {
        String msgId = (generation == LATER ? "n" : "m") + sequence;
        return new ArchivedEntry(
                new Entry(
                        CHANNEL,
                        position(generation, sequence),
                        previous,
                        msgId,
                        null,
                        false,
                        "1".getBytes(UTF_8),
                        0),
                "p",
                generation);
    }

    private void begin(long generation) throws Exception {
        get(writer.begin(new ShardPosition(ORIGIN, generation, 0)));
    }

    private ReadResult after(Position own) throws Exception {
        return get(reads.readAfter(CHANNEL, TOP, own, 10, null));
    }

    private static List<String> msgIds(ReadResult slice) {
        return ((Slice) slice).entries().stream().map(Entry::msgId).toList();
    }

    /** A node that was cut off had delivered them; its clients' cursors are good. */
    @Test
    void whatWasAddedToAGenerationAfterItsEndLiesBeforeTheNextOne() throws Exception {
        begin(GENERATION);
        get(writer.append(List.of(entry(GENERATION, 1, null), entry(GENERATION, 2, null))));
        begin(LATER);
        get(writer.append(List.of(entry(LATER, 1, position(GENERATION, 2)))));
        get(
                archive.add(
                        ORIGIN,
                        0,
                        List.of(entry(GENERATION, 3, null), entry(GENERATION, 4, null))));
        Slice last = (Slice) after(position(GENERATION, 4));
        assertThat(msgIds(last)).containsExactly("n1");
        assertThat(last.entries().get(0).previous()).isEqualTo(position(GENERATION, 4));
        assertThat(last.left()).isZero();
        Slice all = (Slice) after(position(GENERATION, 1));
        assertThat(msgIds(all)).containsExactly("m2", "m3", "m4", "n1");
        assertThat(all.entries().get(3).previous()).isEqualTo(position(GENERATION, 4));
        Slice none = (Slice) get(reads.readAfter(CHANNEL, TOP, position(GENERATION, 4), 0, null));
        assertThat(none.left()).isEqualTo(1);
        Cursor newest = null;
        assertThat(msgIds(get(reads.readBefore(CHANNEL, TOP, newest, 10, null))))
                .containsExactly("n1", "m4", "m3", "m2", "m1");
        assertThat(after(position(GENERATION, 5)))
                .isEqualTo(new Unreadable(Reason.UNKNOWN_POSITION, TOP));
    }

    /** Its clients have seen what Redis and the nodes that had read it lost. */
    @Test
    void whereEntriesAreDeliveredFirstAClientMayComeFromAfterTheEndOfAGeneration()
            throws Exception {
        begin(GENERATION);
        get(writer.append(List.of(entry(GENERATION, 1, null), entry(GENERATION, 2, null))));
        begin(LATER);
        get(writer.append(List.of(entry(LATER, 1, position(GENERATION, 2)))));
        ArchiveReads shared = new ArchiveReads(archive, ORIGIN, true, new TimerWheel(0));
        Position own = position(GENERATION, 9);
        Slice slice = (Slice) get(shared.readAfter(CHANNEL, TOP, own, 10, null));
        assertThat(msgIds(slice)).containsExactly("n1");
        assertThat(slice.entries().get(0).previous()).isEqualTo(own);
        assertThat(slice.left()).isZero();
        assertThat(after(own)).isEqualTo(new Unreadable(Reason.UNKNOWN_POSITION, TOP));
    }

    /** It is not known what the channel had in between. */
    @Test
    void theBeginningOfAGenerationThatWasDroppedIsNoPlaceToGoOnFrom() throws Exception {
        begin(LATER);
        get(writer.append(List.of(entry(LATER, 1, null))));
        assertThat(msgIds(after(position(GENERATION, 0)))).containsExactly("n1");
        disk.dropBefore(Instant.ofEpochMilli(GENERATION));
        assertThat(after(position(GENERATION, 0)))
                .isEqualTo(new Unreadable(Reason.UNKNOWN_GENERATION, TOP));
    }
}
