package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.testing.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system that is really full, or read-only. */
final class FullDiskTest {
    private static final int MEBIBYTES = 192;
    private static final int DATA_BYTES = 100_000;

    @TempDir private Path temporary;

    private SmallDisk disk;
    private ArchiveFixture fixture;
    private ArchiveWriter writer;
    private final Random random = new Random(1);

    @BeforeEach
    void mount() throws Exception {
        disk = SmallDisk.ofMemory(temporary.resolve("disk"), MEBIBYTES);
        fixture = ArchiveFixture.in(disk.path().resolve("archive"));
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            fixture.close();
            disk.close();
        }
    }

    private void open() throws Exception {
        fixture.started();
        writer = fixture.writer(0);
        ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
    }

    /** Nothing makes it smaller. */
    private ArchivedEntry large(long sequence) {
        byte[] data = new byte[DATA_BYTES];
        random.nextBytes(data);
        return fixture.entry(
                "c", ArchiveFixture.position(7, sequence, sequence), null, "m" + sequence, data);
    }

    private @Nullable UnavailableException append(long sequence) throws Exception {
        try {
            ArchiveFixture.get(writer.append(List.of(large(sequence))));
            return null;
        } catch (ExecutionException e) {
            return (UnavailableException) e.getCause();
        }
    }

    /** Appends until it fails; returns the last that was acknowledged. */
    private long appendUntilFull(long next) throws Exception {
        for (long sequence = next; ; sequence++) {
            UnavailableException failure = append(sequence);
            if (failure != null) {
                assertThat(failure).hasMessageContaining("is full");
                assertThat(failure.retryAfter()).isPositive();
                return sequence - 1;
            }
            // RocksDB reserves room for its log; beyond that there is none.
            assertThat(sequence).as("entries on a full disk").isLessThan(next + 1_000);
        }
    }

    private void awaitRecovery() {
        await().until(
                        () -> {
                            fixture.ticker.advance(Duration.ofSeconds(1), fixture.wheel);
                            return fixture.archive().health().state()
                                    == ArchiveHealth.State.AVAILABLE;
                        });
    }

    @Test
    void aFullDiskLosesNothingAndIsGoneOnFromWhenThereIsRoomAgain() throws Exception {
        open();
        long last = 0;
        for (int round = 0; round < 3; round++) {
            disk.fill();
            last = appendUntilFull(last + 1);
            await().until(
                            () ->
                                    fixture.archive().health().state()
                                            == ArchiveHealth.State.UNAVAILABLE);
            assertThat(fixture.archive().health().detail()).contains("is full");
            // It can be read, and says what it waits for.
            assertThat(ArchiveFixture.sequences(fixture.all("c"))).isEqualTo(upTo(last));
            fixture.ticker.advance(Duration.ofSeconds(1), fixture.wheel);
            await().until(
                            () ->
                                    fixture.archive()
                                            .health()
                                            .detail()
                                            .contains("it goes on by itself when there are"));
            assertThat(append(last + 1)).isNotNull();
            disk.free();
            awaitRecovery();
            ShardPosition watermark = writer.watermark();
            assertThat(watermark).isNotNull();
            assertThat(watermark.sequence()).isBetween(last, last + 1);
            // The failed ones again, and one more.
            assertThat(append(last + 1)).isNull();
            assertThat(append(last + 2)).isNull();
            last += 2;
            assertThat(ArchiveFixture.sequences(fixture.all("c"))).isEqualTo(upTo(last));
        }
        fixture.reopen();
        assertThat(ArchiveFixture.sequences(fixture.all("c"))).isEqualTo(upTo(last));
        assertThat(fixture.writer(0).watermark()).isEqualTo(ArchiveFixture.shard(7, last));
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void aNodeThatIsKilledOnAFullDiskLosesNothing() throws Exception {
        open();
        disk.fill();
        long last = appendUntilFull(1);
        // What a kill leaves is what is on the disk now.
        Path copy = temporary.resolve("copy");
        assertThat(SmallDisk.run(List.of("cp", "-r", archive(), copy.toString()))).isTrue();
        try (ArchiveFixture copied = ArchiveFixture.in(copy).started()) {
            ShardPosition watermark = copied.writer(0).watermark();
            assertThat(watermark.sequence()).isBetween(last, last + 1);
            assertThat(ArchiveFixture.sequences(copied.all("c")))
                    .isEqualTo(upTo(watermark.sequence()));
        }
    }

    private String archive() {
        return disk.path().resolve("archive").toString();
    }

    @Test
    void aStartOnAFullDiskSaysSo() throws Exception {
        disk.fill();
        try {
            fixture.started();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).hasMessageContaining("a disk that is full. Free some room");
            return;
        }
        throw new AssertionError("it started");
    }

    @Test
    void aDiskThatIsReadOnlyIsNamed() throws Exception {
        open();
        fixture.reopen();
        fixture.archive().close();
        String at = disk.path().toString();
        assertThat(SmallDisk.run(List.of("mount", "-o", "remount,ro", at))).isTrue();
        ArchiveFixture again = ArchiveFixture.in(disk.path().resolve("archive"));
        try (again) {
            again.started();
        } catch (ExecutionException e) {
            assertThat(e.getCause())
                    .hasMessageContaining("cannot be written by this process")
                    .hasMessageContaining("Read-only file system");
            return;
        }
        throw new AssertionError("it started");
    }
}
