package io.highwater.chaos;

import io.highwater.testing.SmallDisk;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A single node with its archive in a folder: it is killed, stopped, paused, and its disk fills.
 */
final class FileDeployment implements Deployment {
    private static final int DISK_MEBIBYTES = 512;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_START_MILLIS = 3_000;

    /** Null where this user may not mount one: then no disk is full. */
    private final @Nullable SmallDisk disk;

    private final ChaosNode node;
    private final List<Path> clockSetBack;

    private FileDeployment(@Nullable SmallDisk disk, ChaosNode node, List<Path> clockSetBack) {
        this.disk = disk;
        this.node = node;
        this.clockSetBack = clockSetBack;
    }

    /**
     * @param front what lies in front of the node's class path
     */
    static FileDeployment in(Path folder, List<Path> front) throws IOException {
        return new FileDeployment(null, node(folder, folder, front), Clock.setBack(folder));
    }

    /** The same on a disk that fills, where this user may mount one. */
    static FileDeployment onSmallDisk(Path folder, List<Path> front) throws Exception {
        SmallDisk disk =
                SmallDisk.ofMemoryIfAllowed(folder.resolve("disk"), DISK_MEBIBYTES).orElse(null);
        if (disk == null) {
            System.out.println("chaos: no disk fills, since this user may not mount one");
        }
        Path place = disk == null ? folder : disk.path();
        return new FileDeployment(disk, node(folder, place, front), Clock.setBack(folder));
    }

    private static ChaosNode node(Path folder, Path place, List<Path> front) throws IOException {
        return new ChaosNode(
                folder,
                "a",
                Map.of("highwater.archive.url", "file:" + place.resolve("archive")),
                front);
    }

    @Override
    public void start() throws IOException {
        node.start();
    }

    @Override
    public List<URI> nodes() {
        return List.of(node.uri());
    }

    @Override
    public Load load() {
        return disk == null ? Load.USUAL : Load.LARGE;
    }

    @Override
    public List<Nemesis> nemeses() {
        List<Nemesis> all =
                new ArrayList<>(
                        List.of(
                                Nemesis.harmless("kill", this::kill),
                                Nemesis.harmless("kill at start", this::killAtStart),
                                Nemesis.harmless("clock set back", this::setClockBack),
                                Nemesis.harmless("drain", this::drain),
                                Nemesis.harmless("pause", this::pause)));
        if (disk != null) {
            all.add(Nemesis.harmless("full disk", this::fill));
            all.add(Nemesis.harmless("kill on a full disk", this::killOnFullDisk));
        }
        return all;
    }

    private void kill(Random random, Traffic traffic) throws Exception {
        node.kill();
        node.start();
    }

    private void killAtStart(Random random, Traffic traffic) throws Exception {
        node.kill();
        node.startAndKill(Duration.ofMillis(random.nextInt(MOST_START_MILLIS)));
        node.start();
    }

    /** Until the next start, which sets it forth again. */
    private void setClockBack(Random random, Traffic traffic) throws Exception {
        node.kill();
        node.startWith(clockSetBack);
    }

    private void drain(Random random, Traffic traffic) throws Exception {
        node.drain();
        node.start();
    }

    private void pause(Random random, Traffic traffic) throws Exception {
        node.pause();
        traffic.pass(Duration.ofMillis(500 + random.nextInt(2_500)));
        node.resume();
    }

    private void fill(Random random, Traffic traffic) throws Exception {
        disk.fill();
        try {
            if (!traffic.awaitRefused(PATIENCE)) {
                throw new AssertionError("nothing is refused though the disk is full");
            }
            traffic.pass(Duration.ofMillis(random.nextInt(1_000)));
        } finally {
            disk.free();
        }
    }

    private void killOnFullDisk(Random random, Traffic traffic) throws Exception {
        disk.fill();
        try {
            if (!traffic.awaitRefused(PATIENCE)) {
                throw new AssertionError("nothing is refused though the disk is full");
            }
            node.kill();
        } finally {
            disk.free();
        }
        node.start();
    }

    @Override
    public void settle() throws Exception {
        // What is read from the archive then comes from the disk.
        node.kill();
        node.start();
    }

    @Override
    public Promise promise() {
        return Promise.FILE;
    }

    @Override
    public Duration quiet() {
        return Duration.ofSeconds(20);
    }

    @Override
    public String logs() throws IOException {
        return node.log();
    }

    @Override
    public void close() throws Exception {
        node.close();
        if (disk != null) {
            disk.close();
        }
    }
}
