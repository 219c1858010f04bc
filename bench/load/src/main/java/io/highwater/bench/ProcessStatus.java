package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code /proc/PID/status} (proc(5)). Stateless. */
final class ProcessStatus {
    private ProcessStatus() {}

    /** Resident memory in bytes. */
    static long residentBytes(List<String> status) {
        String kilobytes = value(status, "VmRSS:").replace("kB", "").trim();
        return Long.parseLong(kilobytes) * 1024;
    }

    /** The cores the process may run on, ascending. */
    static List<Integer> allowedCores(List<String> status) {
        List<Integer> cores = new ArrayList<>();
        for (String range : value(status, "Cpus_allowed_list:").split(",")) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            for (int core = first; core <= last; core++) {
                cores.add(core);
            }
        }
        return List.copyOf(cores);
    }

    private static String value(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).trim())
                .findFirst()
                .orElseThrow(() -> new BenchException("/proc names no " + name));
    }
}
