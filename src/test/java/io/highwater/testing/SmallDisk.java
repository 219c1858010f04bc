package io.highwater.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDB;

/** A file system of its own, which a test can fill. Needs the right to mount. */
public final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /**
     * @param at where it is mounted; made
     */
    public static SmallDisk ofMemory(Path at, int mebibytes) throws Exception {
        Files.createDirectories(at);
        return mount(at, "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "none");
    }

    /** The same; nothing where this user may not mount. */
    public static Optional<SmallDisk> ofMemoryIfAllowed(Path at, int mebibytes) throws Exception {
        Files.createDirectories(at);
        String size = "size=" + mebibytes + "m";
        return run(List.of("mount", "-t", "tmpfs", "-o", size, "none", at.toString()))
                ? Optional.of(new SmallDisk(at))
                : Optional.empty();
    }

    public static SmallDisk mount(Path at, String... arguments) throws Exception {
        // From elsewhere, or the library would keep this file system busy.
        RocksDB.loadLibrary();
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(arguments));
        command.add(at.toString());
        return run(command)
                ? new SmallDisk(at)
                : ForeignPrograms.skip("this user may not mount a file system");
    }

    /** Whether a program ran and succeeded. */
    public static boolean run(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            boolean ok = process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
            if (!ok) {
                System.out.println(command + ": " + said.strip());
            }
            return ok;
        } catch (IOException e) {
            return false;
        }
    }

    public Path path() {
        return path;
    }

    /** Takes all room that is left. */
    public void fill() throws IOException {
        byte[] block = new byte[1 << 20];
        for (int size = block.length; size > 0; size /= 2) {
            boolean full = false;
            while (!full) {
                try (OutputStream out =
                        Files.newOutputStream(
                                ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                    out.write(block, 0, size);
                } catch (IOException e) {
                    full = true;
                }
            }
        }
    }

    /** Gives back what {@link #fill} took. */
    public void free() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return path.resolve("ballast");
    }

    @Override
    public void close() throws InterruptedException {
        if (!run(List.of("umount", path.toString()))) {
            run(List.of("umount", "-l", path.toString()));
        }
    }
}
