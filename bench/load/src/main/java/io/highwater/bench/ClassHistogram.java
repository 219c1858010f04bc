package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Live instances and bytes by class, as {@code jcmd PID GC.class_histogram} prints them after a
 * full collection. Immutable.
 */
record ClassHistogram(Map<String, Entry> byClass) {
    // "  12:     5000     160000  java.nio.HeapByteBuffer (java.base@25)"
    private static final Pattern ROW =
            Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)(?:\\s+\\(.*\\))?");
    // What the collector pads regions with: dead by definition.
    private static final String FILLER = "jdk.internal.vm.Filler";

    record Entry(long instances, long bytes) {
        private static final Entry NONE = new Entry(0, 0);

        private Entry plus(Entry other) {
            return new Entry(instances + other.instances, bytes + other.bytes);
        }

        private Entry minus(Entry other) {
            return new Entry(instances - other.instances, bytes - other.bytes);
        }
    }

    ClassHistogram {
        byClass = Map.copyOf(byClass);
    }

    static ClassHistogram parse(List<String> lines) {
        Map<String, Entry> entries = new HashMap<>();
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(3).contains(FILLER)) {
                // Two loaders may have a class of one name.
                Entry entry = new Entry(Long.parseLong(row.group(1)), Long.parseLong(row.group(2)));
                entries.merge(row.group(3), entry, Entry::plus);
            }
        }
        if (entries.isEmpty()) {
            throw new BenchException("no class histogram in: " + String.join(" / ", lines));
        }
        return new ClassHistogram(entries);
    }

    long totalBytes() {
        return byClass.values().stream().mapToLong(Entry::bytes).sum();
    }

    /** What came since {@code earlier}; classes that did not change are left out. */
    ClassHistogram since(ClassHistogram earlier) {
        Map<String, Entry> grown = new HashMap<>();
        byClass.forEach(
                (name, now) -> {
                    Entry change = now.minus(earlier.byClass.getOrDefault(name, Entry.NONE));
                    if (!change.equals(Entry.NONE)) {
                        grown.put(name, change);
                    }
                });
        return new ClassHistogram(grown);
    }
}
