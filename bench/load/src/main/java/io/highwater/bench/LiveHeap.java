package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What lives on a server's heap after a full collection. Immutable.
 *
 * @param classes by class, of a JVM only
 * @param addresses of the heap, of a JVM only
 */
record LiveHeap(
        long bytes, @Nullable ClassHistogram classes, NativeMemory.@Nullable Range addresses) {
    private static final Pattern HEAP_LINE = Pattern.compile("heap (\\d+)");

    /** Counts it; takes a second or two. */
    @FunctionalInterface
    interface Source {
        /**
         * @param nextLine the next line that the server prints; throws where none comes
         */
        LiveHeap count(Supplier<String> nextLine) throws IOException;
    }

    /** Collects garbage twice by {@code jcmd}, then counts by class. */
    static Source ofJvm(Path jcmd, long pid) {
        String tool = jcmd.toString();
        String process = Long.toString(pid);
        return nextLine -> {
            ShortCommand.run(List.of(tool, process, "GC.run"));
            ShortCommand.run(List.of(tool, process, "GC.run"));
            ClassHistogram classes =
                    ClassHistogram.parse(
                            ShortCommand.run(List.of(tool, process, "GC.class_histogram")));
            NativeMemory.Range addresses =
                    NativeMemory.heap(ShortCommand.run(List.of(tool, process, "GC.heap_info")));
            return new LiveHeap(classes.totalBytes(), classes, addresses);
        };
    }

    /** Asks by SIGUSR2 for a line {@code heap BYTES}. */
    static Source bySignal(long pid) {
        return nextLine -> {
            ShortCommand.run(List.of("kill", "-USR2", Long.toString(pid)));
            String line = nextLine.get();
            Matcher matcher = HEAP_LINE.matcher(line);
            if (!matcher.matches()) {
                throw new BenchException("not the size of a heap: " + line);
            }
            return new LiveHeap(Long.parseLong(matcher.group(1)), null, null);
        };
    }
}
