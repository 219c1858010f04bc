package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveWriter;
import io.highwater.backbone.ShardPosition;
import io.highwater.testing.ForeignPrograms;
import io.highwater.testing.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a disk has at the moment of a power cut: a file system lies in a file, and a copy of that
 * file, made while it is mounted, lacks what was written to the file system and not synced. A
 * killed process leaves that to the kernel, so only this tells a sync from none.
 */
final class PowerCutTest {
    private static final int MEBIBYTES = 256;
    private static final int MOST_COPIES = 20;

    @TempDir private Path temporary;

    private Path image;
    private SmallDisk disk;

    @BeforeEach
    void mount() throws Exception {
        image = temporary.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) MEBIBYTES << 20);
        }
        if (!SmallDisk.run(List.of("mkfs.ext4", "-q", "-F", image.toString()))) {
            ForeignPrograms.skip("mkfs.ext4 is not on the PATH of this machine");
        }
        disk = mounted(image, "disk");
    }

    private SmallDisk mounted(Path file, String name) throws Exception {
        Path at = Files.createDirectories(temporary.resolve(name));
        return SmallDisk.mount(at, "-o", "loop", file.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void aPowerCutLosesNothingThatWasAcknowledged() throws Exception {
        assertThat(sequenceAfterPowerCut(Store::write)).isEqualTo(100);
    }

    /** So the test above can fail. */
    @Test
    void withoutASyncAPowerCutWouldLoseIt() throws Exception {
        assertThat(sequenceAfterPowerCut(UnsyncedArchive::write)).isLessThan(100);
    }

    /** Appends 100 entries, cuts the power, and returns the watermark's sequence. */
    private long sequenceAfterPowerCut(GroupCommit.Sync sync) throws Exception {
        Path folder = disk.path().resolve("archive");
        Path copy;
        try (ArchiveFixture fixture = ArchiveFixture.in(folder, sync).started()) {
            ArchiveWriter writer = fixture.writer(0);
            ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
            for (int i = 1; i <= 100; i++) {
                ArchiveFixture.get(writer.append(fixture.entries("c", 7, i, i)));
            }
            copy = copyOfTheDisk();
        }
        try (SmallDisk afterwards = mounted(copy, "afterwards");
                ArchiveFixture fixture =
                        ArchiveFixture.in(afterwards.path().resolve("archive")).started()) {
            ShardPosition watermark = fixture.writer(0).watermark();
            long last = watermark == null ? 0 : watermark.sequence();
            assertThat(ArchiveFixture.sequences(fixture.all("c")))
                    .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
            return last;
        }
    }

    /** Copies it until two copies are the same, so that none was made while the kernel wrote. */
    private Path copyOfTheDisk() throws IOException {
        Path copy = temporary.resolve("copy");
        Path again = temporary.resolve("again");
        copy(copy);
        for (int i = 0; i < MOST_COPIES; i++) {
            copy(again);
            if (Files.mismatch(copy, again) < 0) {
                return copy;
            }
            Files.move(again, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        throw new AssertionError("the disk did not come to rest");
    }

    private void copy(Path to) throws IOException {
        try {
            assertThat(
                            SmallDisk.run(
                                    List.of(
                                            "cp",
                                            "--sparse=always",
                                            image.toString(),
                                            to.toString())))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
