package io.highwater.bench;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Where and how it was measured. Immutable.
 *
 * @param commit of the sources; with a word where they have changes that are in none
 * @param loadBefore the system's load average when the benchmark began
 * @param pinned whether server and client had cores of their own
 */
record Machine(
        LocalDate date,
        String commit,
        String java,
        String jvmOptions,
        String system,
        String processor,
        int cores,
        long memoryBytes,
        double loadBefore,
        boolean pinned) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

    static Machine now(Checkout checkout, CoreShares cores, List<String> jvmOptions)
            throws IOException {
        return new Machine(
                LocalDate.now(ZoneOffset.UTC),
                checkout.commit(),
                Runtime.version().toString(),
                String.join(" ", jvmOptions),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                value(CPU_INFO, "model name", "unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(value(MEMORY_INFO, "MemTotal", "0 kB").split(" ")[0]) * 1024,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                cores.server().isPresent());
    }

    private static String value(Path file, String name, String otherwise) throws IOException {
        if (!Files.isReadable(file)) {
            return otherwise;
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse(otherwise);
    }

    /** A list. */
    String inMarkdown() {
        return String.format(
                """
                - machine: %d cores of %s, %.0f GiB, %s; %s; load average before %.2f
                - JDK: %s; the servers' options: `%s`
                - commit: %s
                """,
                cores,
                processor,
                memoryBytes / (double) (1L << 30),
                system,
                pinned ? "server on one core, load on the others" : "nothing pinned",
                loadBefore,
                java,
                jvmOptions,
                commit);
    }

    JsonObject toJson() {
        return Json.createObjectBuilder()
                .add("date", date.toString())
                .add("commit", commit)
                .add("java", java)
                .add("jvmOptions", jvmOptions)
                .add("system", system)
                .add("processor", processor)
                .add("cores", cores)
                .add("memoryBytes", memoryBytes)
                .add("loadAverageBefore", loadBefore)
                .add("pinned", pinned)
                .add("highwaterSettings", String.join(" ", HighwaterSettings.openToLoad()))
                .build();
    }
}
