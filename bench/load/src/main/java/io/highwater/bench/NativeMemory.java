package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resident memory of a JVM outside its heap, which is where zlib's coders live: by the addresses in
 * {@code /proc/PID/smaps} (proc(5)) and those that {@code jcmd PID GC.heap_info} names. Stateless.
 */
final class NativeMemory {
    private static final Pattern HEAP = Pattern.compile("\\[0x([0-9a-f]+), 0x([0-9a-f]+)\\)");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ .*");
    private static final Pattern RESIDENT = Pattern.compile("Rss: +(\\d+) kB");

    /** Addresses, the last exclusive. */
    record Range(long from, long to) {
        boolean contains(long address) {
            return Long.compareUnsigned(address, from) >= 0
                    && Long.compareUnsigned(address, to) < 0;
        }
    }

    private NativeMemory() {}

    static Range heap(List<String> heapInfo) {
        for (String line : heapInfo) {
            Matcher matcher = HEAP.matcher(line);
            if (line.contains("heap") && matcher.find()) {
                return new Range(hex(matcher.group(1)), hex(matcher.group(2)));
            }
        }
        throw new BenchException("GC.heap_info names no addresses: " + heapInfo);
    }

    static long bytes(List<String> smaps, Range heap) {
        long bytes = 0;
        boolean counted = false;
        for (String line : smaps) {
            Matcher mapping = MAPPING.matcher(line);
            Matcher resident = RESIDENT.matcher(line);
            if (mapping.matches()) {
                counted = !heap.contains(hex(mapping.group(1)));
            } else if (counted && resident.matches()) {
                bytes += Long.parseLong(resident.group(1)) * 1024;
            }
        }
        return bytes;
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }
}
