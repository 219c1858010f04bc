package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Another JVM that writes an archive ({@link ArchiveChild}). Confined to the test. */
final class ArchiveProcess implements AutoCloseable {
    private static final long GUARD_SECONDS = 120;
    private static final String END = "";

    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ArchiveProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        Thread reader = new Thread(this::read, "archive-process-output");
        reader.setDaemon(true);
        reader.start();
    }

    static ArchiveProcess start(Path folder, Path errors) throws IOException {
        return start(List.of(), folder, errors);
    }

    /**
     * @param prefix a command that runs another one
     */
    static ArchiveProcess start(List<String> prefix, Path folder, Path errors) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx128m");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ArchiveChild.class.getName());
        command.add(folder.toString());
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return new ArchiveProcess(process, errors);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // It was killed in the middle of a line.
        } finally {
            lines.add(END);
        }
    }

    /** The next line that it prints; null at its end. */
    @Nullable String nextLine() throws Exception {
        String line = lines.poll(GUARD_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("the process said nothing; see " + errors);
        }
        return line.equals(END) ? null : line;
    }

    /** SIGKILL; what it had printed can still be read. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
