package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is written, over days and generations and with late entries, a folder answers as the
 * archive in memory does, which searches everything.
 */
final class ArchiveModelTest {
    private static final int STEPS = 150;
    private static final List<String> CHANNELS = List.of("a", "b", "ab", "channel/with.a-name");

    @TempDir private Path folder;

    private ArchiveFixture fixture;
    private MemoryArchive model;
    private ArchiveWriter written;
    private ArchiveWriter modelled;
    private Random random;
    private ShardPosition watermark;
    private final Map<String, Position> lasts = new HashMap<>();

    /** Left out at first; they come late, or never. */
    private final List<ArchivedEntry> withheld = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aFolderAnswersAsMemoryDoes(long seed) throws Exception {
        random = new Random(seed);
        model = new MemoryArchive(new Disk());
        ArchiveFixture.get(model.start());
        modelled = ArchiveFixture.get(model.writer(ArchiveFixture.ORIGIN, 0));
        fixture = ArchiveFixture.in(folder, Duration.ofDays(3_000)).started();
        try {
            written = fixture.writer(0);
            begin();
            for (int i = 0; i < STEPS; i++) {
                step();
                compare();
            }
        } finally {
            fixture.close();
            model.close();
        }
    }

    private void step() throws Exception {
        int chance = random.nextInt(20);
        if (chance == 0) {
            begin();
        } else if (chance == 1) {
            written.close();
            fixture.reopen();
            written = fixture.writer(0);
        } else if (chance < 6) {
            fixture.advance(Duration.ofHours(1 + random.nextInt(40)));
        } else if (chance < 8 && !withheld.isEmpty()) {
            append(List.of(late(withheld.remove(random.nextInt(withheld.size())))));
        } else {
            appendSome();
        }
        assertThat(written.watermark()).isEqualTo(modelled.watermark()).isEqualTo(watermark);
    }

    private void begin() throws Exception {
        watermark = ArchiveFixture.shard(fixture.clock.incrementAndGet(), 0);
        ArchiveFixture.get(written.begin(watermark));
        ArchiveFixture.get(modelled.begin(watermark));
    }

    private void appendSome() throws Exception {
        List<ArchivedEntry> some = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            watermark = watermark.at(watermark.sequence() + 1);
            fixture.clock.addAndGet(random.nextInt(3));
            ArchivedEntry entry = next(CHANNELS.get(random.nextInt(CHANNELS.size())));
            if (random.nextInt(10) == 0) {
                // It is missing for good, as far as anybody knows.
                append(some);
                some.clear();
                withheld.add(entry);
                ArchiveFixture.get(written.begin(watermark));
                ArchiveFixture.get(modelled.begin(watermark));
            } else {
                some.add(entry);
            }
        }
        append(some);
    }

    private ArchivedEntry next(String channel) {
        Position last = lasts.get(channel);
        boolean first = last == null || last.generation() != watermark.generation();
        Position position =
                ArchiveFixture.position(
                        watermark.generation(),
                        watermark.sequence(),
                        first ? 1 : last.channelSequence() + 1);
        lasts.put(channel, position);
        return fixture.entry(channel, position, first ? last : null);
    }

    private static ArchivedEntry late(ArchivedEntry archived) {
        Entry entry = archived.entry();
        Entry late =
                new Entry(
                        entry.channel(),
                        entry.position(),
                        entry.previous(),
                        entry.msgId(),
                        entry.key(),
                        entry.secret(),
                        entry.data(),
                        0,
                        true);
        return new ArchivedEntry(late, archived.publisher(), archived.wallMillis());
    }

    private void append(List<ArchivedEntry> entries) throws Exception {
        ArchiveFixture.get(written.append(List.copyOf(entries)));
        ArchiveFixture.get(modelled.append(List.copyOf(entries)));
    }

    private void compare() throws Exception {
        String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
        String origin = ArchiveFixture.ORIGIN;
        Position place = place(channel);
        PageBounds bounds = new PageBounds(1 + random.nextInt(40), 1 << 20);
        same(
                ArchiveFixture.get(fixture.archive().readAfter(channel, origin, place, bounds)),
                ArchiveFixture.get(model.readAfter(channel, origin, place, bounds)));
        same(
                ArchiveFixture.get(fixture.archive().readBefore(channel, origin, place, bounds)),
                ArchiveFixture.get(model.readBefore(channel, origin, place, bounds)));
        assertThat(ArchiveFixture.get(fixture.archive().tops(channel)))
                .isEqualTo(ArchiveFixture.get(model.tops(channel)));
        long range = fixture.clock.get() - ArchiveFixture.GENERATION + 2;
        Instant instant = Instant.ofEpochMilli(ArchiveFixture.GENERATION + random.nextLong(range));
        if (withheld.isEmpty()) {
            assertThat(ArchiveFixture.get(fixture.archive().at(channel, origin, instant)))
                    .isEqualTo(ArchiveFixture.get(model.at(channel, origin, instant)));
        }
    }

    private Position place(String channel) {
        Position last = lasts.get(channel);
        if (last == null || random.nextInt(8) == 0) {
            return null;
        }
        long generation =
                random.nextBoolean()
                        ? last.generation()
                        : ArchiveFixture.GENERATION
                                + random.nextLong(
                                        last.generation() - ArchiveFixture.GENERATION + 1);
        return ArchiveFixture.position(generation, random.nextInt(9), random.nextInt(20));
    }

    private static void same(ArchivePage page, ArchivePage expected) {
        assertThat(places(page)).isEqualTo(places(expected));
        assertThat(page.complete()).isEqualTo(expected.complete());
    }

    private static List<String> places(ArchivePage page) {
        return page.entries().stream()
                .map(entry -> entry.entry().position().text() + " " + entry.entry().late())
                .toList();
    }
}
