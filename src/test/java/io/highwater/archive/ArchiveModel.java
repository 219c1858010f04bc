package io.highwater.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is written, over days and generations and with late entries, an archive answers as the
 * archive in memory does, which searches everything.
 */
public abstract class ArchiveModel {
    private static final int STEPS = 150;
    private static final List<String> CHANNELS = List.of("a", "b", "ab", "channel/with.a-name");

    private static final String ORIGIN = "local";
    private static final long GENERATION = 1_795_301_843_554L;
    private static final long GUARD_SECONDS = 120;

    /** The time that entries are archived at. */
    private final AtomicLong clock = new AtomicLong(GENERATION);

    private Archive archive;
    private MemoryArchive model;
    private ArchiveWriter written;
    private ArchiveWriter modelled;
    private Random random;
    private ShardPosition watermark;
    private final Map<String, Position> lasts = new HashMap<>();

    /** Left out at first; they come late, or never. */
    private final List<ArchivedEntry> withheld = new ArrayList<>();

    /**
     * Opens the store of this test, which is empty when it is first opened. Keeps entries for
     * years.
     *
     * @param clock of the node
     */
    protected abstract Archive open(WallClock clock) throws Exception;

    /** The clock was moved: has the archive do what is due. */
    protected abstract void advanced();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void answersAsMemoryDoes(long seed) throws Exception {
        random = new Random(seed);
        model = new MemoryArchive(new Disk());
        get(model.start());
        modelled = get(model.writer(ORIGIN, 0));
        start();
        try {
            begin();
            for (int i = 0; i < STEPS; i++) {
                step();
                compare();
            }
        } finally {
            archive.close();
            model.close();
        }
    }

    private void start() throws Exception {
        archive = open(clock::get);
        get(archive.start());
        written = get(archive.writer(ORIGIN, 0));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    private void step() throws Exception {
        int chance = random.nextInt(20);
        if (chance == 0) {
            begin();
        } else if (chance == 1) {
            written.close();
            archive.close();
            start();
        } else if (chance < 6) {
            clock.addAndGet(Duration.ofHours(1 + random.nextInt(40)).toMillis());
            advanced();
        } else if (chance < 8 && !withheld.isEmpty()) {
            append(List.of(late(withheld.remove(random.nextInt(withheld.size())))));
        } else {
            appendSome();
        }
        assertThat(written.watermark()).isEqualTo(modelled.watermark()).isEqualTo(watermark);
    }

    private void begin() throws Exception {
        watermark = new ShardPosition(ORIGIN, clock.incrementAndGet(), 0);
        get(written.begin(watermark));
        get(modelled.begin(watermark));
    }

    private void appendSome() throws Exception {
        List<ArchivedEntry> some = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            watermark = watermark.at(watermark.sequence() + 1);
            clock.addAndGet(random.nextInt(3));
            ArchivedEntry entry = next(CHANNELS.get(random.nextInt(CHANNELS.size())));
            if (random.nextInt(10) == 0) {
                // It is missing for good, as far as anybody knows.
                append(some);
                some.clear();
                withheld.add(entry);
                get(written.begin(watermark));
                get(modelled.begin(watermark));
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
                new Position(
                        ORIGIN,
                        watermark.generation(),
                        watermark.sequence(),
                        first ? 1 : last.channelSequence() + 1);
        lasts.put(channel, position);
        return entry(channel, position, first ? last : null);
    }

    private ArchivedEntry entry(String channel, Position position, @Nullable Position previous) {
        String msgId = "m" + position.generation() + "-" + position.channelSequence();
        byte[] data = ("\"" + msgId + "\"").getBytes(UTF_8);
        return new ArchivedEntry(
                new Entry(channel, position, previous, msgId, null, false, data, 5),
                "p",
                clock.get());
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
        get(written.append(List.copyOf(entries)));
        get(modelled.append(List.copyOf(entries)));
    }

    private void compare() throws Exception {
        String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
        Position place = place(channel);
        PageBounds bounds = new PageBounds(1 + random.nextInt(40), 1 << 20);
        same(
                get(archive.readAfter(channel, ORIGIN, place, bounds)),
                get(model.readAfter(channel, ORIGIN, place, bounds)));
        same(
                get(archive.readBefore(channel, ORIGIN, place, bounds)),
                get(model.readBefore(channel, ORIGIN, place, bounds)));
        assertThat(get(archive.tops(channel))).isEqualTo(get(model.tops(channel)));
        long range = clock.get() - GENERATION + 2;
        Instant instant = Instant.ofEpochMilli(GENERATION + random.nextLong(range));
        if (withheld.isEmpty()) {
            assertThat(get(archive.at(channel, ORIGIN, instant)))
                    .isEqualTo(get(model.at(channel, ORIGIN, instant)));
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
                        : GENERATION + random.nextLong(last.generation() - GENERATION + 1);
        return new Position(ORIGIN, generation, random.nextInt(9), random.nextInt(20));
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
