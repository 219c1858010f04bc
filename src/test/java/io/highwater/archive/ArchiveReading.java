package io.highwater.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an archive answers: reads in both directions, by position and by time, and look-ups. */
abstract class ArchiveReading extends ArchiveStore {
    private static final long LATER = GENERATION + 60_000;

    @Test
    void anEntryIsReadAsItWasWritten() throws Exception {
        byte[] data = "{ \"n\":1.10, \"s\":\"\\u00e9 \u00e9\" }".getBytes(UTF_8);
        Position before = position(GENERATION - 1, 9, 4);
        Position position = position(GENERATION, 1, 1);
        Entry written = new Entry(channel, position, before, "m1", "EUR/USD €", true, data, 42);
        begin(GENERATION);
        get(writer.append(List.of(new ArchivedEntry(written, "device \u00fc 7", nowMillis()))));
        reopen();
        ArchivedEntry read = after(null).entries().get(0);
        assertThat(read.publisher()).isEqualTo("device \u00fc 7");
        assertThat(read.wallMillis()).isEqualTo(nowMillis());
        Entry entry = read.entry();
        assertThat(entry.channel()).isEqualTo(channel);
        assertThat(entry.position()).isEqualTo(position);
        assertThat(entry.previous()).isEqualTo(before);
        assertThat(entry.msgId()).isEqualTo("m1");
        assertThat(entry.key()).isEqualTo("EUR/USD €");
        assertThat(entry.secret()).isTrue();
        assertThat(entry.late()).isFalse();
        assertThat(entry.data()).isEqualTo(data);
        assertThat(entry.appendedNanos()).isZero();
    }

    @Test
    void thePublishersSubjectIsRead() throws Exception {
        begin(GENERATION);
        ArchivedEntry first = entry(GENERATION, 1);
        ArchivedEntry second = entry(GENERATION, 2);
        get(
                writer.append(
                        List.of(
                                new ArchivedEntry(first.entry(), "@zoë\\", nowMillis()),
                                new ArchivedEntry(second.entry(), "zoe", nowMillis()))));
        reopen();
        assertThat(after(null).entries())
                .extracting(read -> read.entry().publisher())
                .containsExactly("@zoë\\", null);
    }

    @Test
    void whatAnEntryDoesNotHaveIsNotReadEither() throws Exception {
        archiveTwoGenerations();
        Entry entry = after(null).entries().get(0).entry();
        assertThat(entry.previous()).isNull();
        assertThat(entry.key()).isNull();
        assertThat(entry.secret()).isFalse();
        assertThat(entry.data()).isEqualTo("\"a1\"".getBytes(UTF_8));
    }

    @Test
    void aReadGoesOnAcrossGenerations() throws Exception {
        archiveTwoGenerations();
        assertThat(msgIds(after(null))).containsExactly("a1", "a2", "a3", "b1", "b2");
        assertThat(after(null).complete()).isTrue();
        assertThat(msgIds(after(position(GENERATION, 2, 2)))).containsExactly("a3", "b1", "b2");
        assertThat(msgIds(after(position(GENERATION, 5, 3)))).containsExactly("b1", "b2");
        assertThat(msgIds(after(position(LATER, 2, 2)))).isEmpty();
        assertThat(after(position(LATER, 2, 2)).complete()).isTrue();
    }

    @Test
    void aReadCanBeginWhereThereIsNoEntry() throws Exception {
        archiveTwoGenerations();
        assertThat(msgIds(after(position(0, 0, 0)))).hasSize(5);
        assertThat(msgIds(after(position(GENERATION, 99, 99)))).containsExactly("b1", "b2");
        assertThat(msgIds(after(position(LATER, 0, 0)))).containsExactly("b1", "b2");
        assertThat(msgIds(after(position(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE))))
                .isEmpty();
        assertThat(msgIds(before(position(Long.MAX_VALUE, 0, Long.MAX_VALUE)))).hasSize(5);
        assertThat(msgIds(before(position(0, 0, 0)))).isEmpty();
    }

    @Test
    void theShardSequenceOfAPositionDoesNotMatterToARead() throws Exception {
        archiveTwoGenerations();
        assertThat(msgIds(after(position(GENERATION, Long.MAX_VALUE, 2))))
                .containsExactly("a3", "b1", "b2");
        assertThat(msgIds(before(position(GENERATION, 0, 3)))).containsExactly("a2", "a1");
    }

    @Test
    void aReadBackwardsBringsTheNewestFirst() throws Exception {
        archiveTwoGenerations();
        assertThat(msgIds(before(null))).containsExactly("b2", "b1", "a3", "a2", "a1");
        assertThat(before(null).complete()).isTrue();
        assertThat(msgIds(before(position(LATER, 1, 1)))).containsExactly("a3", "a2", "a1");
        ArchivePage page =
                get(archive.readBefore(channel, ORIGIN, null, new PageBounds(3, 1 << 20)));
        assertThat(msgIds(page)).containsExactly("b2", "b1", "a3");
        assertThat(page.complete()).isFalse();
    }

    @Test
    void pagesAreBoundedInEntries() throws Exception {
        begin(GENERATION);
        get(writer.append(entries(GENERATION, 1, 100)));
        List<String> all = new ArrayList<>();
        Position last = null;
        int pages = 0;
        ArchivePage page;
        do {
            page = get(archive.readAfter(channel, ORIGIN, last, new PageBounds(30, 1 << 20)));
            all.addAll(msgIds(page));
            last = page.entries().get(page.entries().size() - 1).entry().position();
            pages++;
        } while (!page.complete());
        assertThat(pages).isEqualTo(4);
        assertThat(all).isEqualTo(entries(GENERATION, 1, 100).stream().map(this::msgId).toList());
        PageBounds exactly = new PageBounds(100, 1 << 20);
        assertThat(get(archive.readAfter(channel, ORIGIN, null, exactly)).complete()).isTrue();
    }

    private String msgId(ArchivedEntry entry) {
        return entry.entry().msgId();
    }

    @Test
    void pagesAreBoundedInBytesButBringAtLeastOneEntry() throws Exception {
        begin(GENERATION);
        List<ArchivedEntry> large = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            Position position = position(GENERATION, i, i);
            byte[] data = new byte[10_000];
            Arrays.fill(data, (byte) '1');
            large.add(
                    new ArchivedEntry(
                            new Entry(channel, position, null, "m" + i, null, false, data, 0),
                            "p",
                            nowMillis()));
        }
        get(writer.append(large));
        ArchivePage page =
                get(archive.readAfter(channel, ORIGIN, null, new PageBounds(10, 35_000)));
        assertThat(page.entries()).hasSize(3);
        assertThat(page.complete()).isFalse();
        ArchivePage least = get(archive.readBefore(channel, ORIGIN, null, new PageBounds(10, 1)));
        assertThat(msgIds(least)).containsExactly("m10");
        assertThat(least.complete()).isFalse();
    }

    @Test
    void channelsAndOriginsAreReadApart() throws Exception {
        begin(GENERATION);
        String longer = channel + "0";
        String path = channel + "/" + channel;
        get(
                writer.append(
                        List.of(
                                of(channel, 1, 1, "a"),
                                of(longer, 2, 1, "b"),
                                of(path, 3, 1, "c"),
                                of(channel, 4, 2, "d"))));
        assertThat(msgIds(after(null))).containsExactly("a", "d");
        assertThat(msgIds(before(null))).containsExactly("d", "a");
        assertThat(msgIds(get(archive.readAfter(longer, ORIGIN, null, MANY)))).containsExactly("b");
        assertThat(msgIds(get(archive.readAfter(path, ORIGIN, null, MANY)))).containsExactly("c");
        assertThat(msgIds(get(archive.readAfter(channel, "elsewhere", null, MANY)))).isEmpty();
        assertThat(get(archive.tops(channel))).isEqualTo(position(GENERATION, 4, 2));
        assertThat(get(archive.tops(longer))).isEqualTo(position(GENERATION, 2, 1));
        assertThat(get(archive.tops(channel + ".unknown"))).isNull();
    }

    private ArchivedEntry of(String name, long shardSequence, long sequence, String msgId) {
        return entry(name, position(GENERATION, shardSequence, sequence), null, msgId, nowMillis());
    }

    @Test
    void theTopIsThatOfTheNewestGeneration() throws Exception {
        archiveTwoGenerations();
        assertThat(get(archive.tops(channel))).isEqualTo(position(LATER, 2, 2));
        reopen();
        assertThat(get(archive.tops(channel))).isEqualTo(position(LATER, 2, 2));
    }

    @Test
    void aMessageIsFoundByItsPublisherItsChannelAndItsId() throws Exception {
        archiveTwoGenerations();
        assertThat(get(archive.find(channel, "p", "a2"))).isEqualTo(position(GENERATION, 2, 2));
        assertThat(get(archive.find(channel, "p", "b1"))).isEqualTo(position(LATER, 1, 1));
        assertThat(get(archive.find(channel, "q", "a2"))).isNull();
        assertThat(get(archive.find(channel, "pa", "2"))).isNull();
        assertThat(get(archive.find(channel + ".other", "p", "a2"))).isNull();
        assertThat(get(archive.find(channel, "p", "a4"))).isNull();
        reopen();
        assertThat(get(archive.find(channel, "p", "a2"))).isEqualTo(position(GENERATION, 2, 2));
    }

    @Test
    void anInstantIsAnsweredWithTheLastPositionBeforeIt() throws Exception {
        long now = nowMillis();
        begin(GENERATION);
        get(
                writer.append(
                        List.of(
                                at(GENERATION, 1, now - 9_000),
                                at(GENERATION, 2, now - 8_000),
                                at(GENERATION, 3, now - 8_000))));
        begin(LATER);
        get(writer.append(List.of(at(LATER, 1, now - 1_000))));
        assertThat(at(now - 10_000)).isNull();
        assertThat(at(now - 9_000)).isNull();
        assertThat(at(now - 8_999)).isEqualTo(position(GENERATION, 1, 1));
        assertThat(at(now - 8_000)).isEqualTo(position(GENERATION, 1, 1));
        assertThat(at(now - 7_999)).isEqualTo(position(GENERATION, 3, 3));
        assertThat(at(now - 1_000)).isEqualTo(position(GENERATION, 3, 3));
        assertThat(at(now)).isEqualTo(position(LATER, 1, 1));
        assertThat(get(archive.at(channel + ".unknown", ORIGIN, Instant.ofEpochMilli(now))))
                .isNull();
    }

    @Test
    void anInstantMayLieAnywhereInTime() throws Exception {
        archiveTwoGenerations();
        assertThat(get(archive.at(channel, ORIGIN, Instant.MIN))).isNull();
        assertThat(get(archive.at(channel, ORIGIN, Instant.EPOCH))).isNull();
        assertThat(get(archive.at(channel, ORIGIN, Instant.MAX))).isEqualTo(position(LATER, 2, 2));
    }

    private ArchivedEntry at(long generation, long sequence, long wallMillis) {
        Position position = position(generation, sequence, sequence);
        return entry(channel, position, null, "m" + sequence, wallMillis);
    }

    private @Nullable Position at(long millis) throws Exception {
        return get(archive.at(channel, ORIGIN, Instant.ofEpochMilli(millis)));
    }

    private ArchivePage before(@Nullable Position before) throws Exception {
        return get(archive.readBefore(channel, ORIGIN, before, MANY));
    }

    /** a1 to a3 in one generation, b1 and b2 in the next. */
    private void archiveTwoGenerations() throws Exception {
        begin(GENERATION);
        Position last = position(GENERATION, 3, 3);
        get(
                writer.append(
                        List.of(
                                entry(position(GENERATION, 1, 1), null, "a1"),
                                entry(position(GENERATION, 2, 2), null, "a2"),
                                entry(last, null, "a3"))));
        begin(LATER);
        get(
                writer.append(
                        List.of(
                                entry(position(LATER, 1, 1), last, "b1"),
                                entry(position(LATER, 2, 2), null, "b2"))));
    }
}
