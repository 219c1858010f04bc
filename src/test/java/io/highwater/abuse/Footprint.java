package io.highwater.abuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a node holds after a full collection. Immutable.
 *
 * @param heapBytes of all live objects
 * @param chargedBytes of it, what the node's accounts say that clients make it keep
 * @param bytes of it, by class
 * @param objects live objects of the node's classes and Jetty's, by class
 * @param sockets open descriptors that are sockets
 * @param files the others, by what they are: files, pipes, selectors
 * @param sessions as the node counts them
 */
record Footprint(
        long heapBytes,
        long chargedBytes,
        Map<String, Long> bytes,
        Map<String, Long> objects,
        int sockets,
        Map<String, Integer> files,
        int sessions) {
    private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");
    private static final Pattern OURS = Pattern.compile("io\\.highwater\\..*|org\\.eclipse\\..*");

    /**
     * What is bounded by what it holds, which the heap shows: pools, and the good client's ring. A
     * lock is counted with whose it is.
     */
    private static final Pattern POOLS =
            Pattern.compile(
                    ".*(AutoLock|Pool|Retainable|Reserved|Histogram|ByteBuffer|AtomicBiInteger).*"
                            + "|io\\.highwater\\.backbone\\..*|io\\.highwater\\.protocol\\.Position");

    /** What an address is remembered by for a while after its last connection. */
    private static final Pattern OF_ADDRESSES =
            Pattern.compile(
                    "io\\.highwater\\.limits\\.(Payer|Allowance|AddressBlock|ConnectionCount)");

    /** Of a descriptor that has no path, such as {@code socket:[4711]}. */
    private static final Pattern NUMBER = Pattern.compile(":\\[\\d+]$");

    private static final String SOCKET = "socket";
    private static final int MORE_OBJECTS_AN_ADDRESS = 4;

    private static final int NAMED = 4;
    private static final int GUARD_SECONDS = 60;
    private static final long MORE_BYTES = 10 << 20;

    /** The good client's, and what a thread still holds of the last connection that it served. */
    private static final int MORE_OBJECTS = 100;

    /** A handshake of the good client is under way, and another not quite over. */
    private static final int MORE_SESSIONS = 2;

    /** These, and what the admin client keeps. */
    private static final int MORE_SOCKETS = 6;

    /** What a JVM opens when it first needs it: an archive of classes, a source of randomness. */
    private static final int MORE_FILES = 4;

    static Footprint of(Path jcmd, long pid, int sessions, long chargedBytes)
            throws IOException, InterruptedException {
        Map<String, Long> bytes = new TreeMap<>();
        Map<String, Long> objects = new TreeMap<>();
        for (String line : histogram(jcmd, pid)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                String name = row.group(3);
                bytes.merge(name, Long.parseLong(row.group(2)), Long::sum);
                if (OURS.matcher(name).matches() && !POOLS.matcher(name).matches()) {
                    objects.put(name, Long.parseLong(row.group(1)));
                }
            }
        }
        Map<String, Integer> files = descriptors(pid);
        Integer sockets = files.remove(SOCKET);
        return new Footprint(
                bytes.values().stream().mapToLong(Long::longValue).sum(),
                chargedBytes,
                bytes,
                objects,
                sockets == null ? 0 : sockets,
                files,
                sessions);
    }

    /** By way of a file: of a node that does not get to it, a pipe would be waited for for ever. */
    private static List<String> histogram(Path jcmd, long pid)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("histogram", ".txt");
        try {
            Process process =
                    new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                            .redirectErrorStream(true)
                            .redirectOutput(file.toFile())
                            .start();
            if (!process.waitFor(GUARD_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("no histogram in " + GUARD_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("jcmd: " + Files.readString(file));
            }
            return Files.readAllLines(file);
        } finally {
            Files.delete(file);
        }
    }

    /** All that are open, by what they lead to. */
    private static Map<String, Integer> descriptors(long pid) throws IOException {
        Map<String, Integer> descriptors = new TreeMap<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path link : links.toList()) {
                try {
                    String target = Files.readSymbolicLink(link).toString();
                    descriptors.merge(NUMBER.matcher(target).replaceFirst(""), 1, Integer::sum);
                } catch (IOException e) {
                    // Closed since.
                }
            }
        }
        return descriptors;
    }

    /**
     * What is more than before, in words; empty where nothing is.
     *
     * @param addresses that may be remembered still
     */
    List<String> leftSince(Footprint before, int addresses) {
        List<String> left = new ArrayList<>(leftBesidesMemory(before));
        if (heapBytes - chargedBytes > before.heapBytes - before.chargedBytes + MORE_BYTES) {
            left.add(
                    "heap "
                            + mib(before.heapBytes)
                            + " → "
                            + mib(heapBytes)
                            + ", of it charged "
                            + mib(before.chargedBytes)
                            + " → "
                            + mib(chargedBytes)
                            + ", most of it "
                            + mostGrown(before));
        }
        objects.forEach(
                (name, count) -> {
                    long was = before.objects.getOrDefault(name, 0L);
                    int more =
                            OF_ADDRESSES.matcher(name).matches()
                                    ? MORE_OBJECTS_AN_ADDRESS * addresses
                                    : 0;
                    if (count > was + MORE_OBJECTS + more) {
                        left.add(name + " " + was + " → " + count);
                    }
                });
        return left;
    }

    private List<String> mostGrown(Footprint before) {
        return bytes.keySet().stream()
                .sorted(Comparator.comparingLong(name -> -grown(name, before)))
                .limit(NAMED)
                .map(name -> name + " " + mib(grown(name, before)))
                .toList();
    }

    private long grown(String name, Footprint before) {
        return bytes.get(name) - before.bytes.getOrDefault(name, 0L);
    }

    /** The same but for what a ring or msgIds may keep. */
    List<String> leftBesidesMemory(Footprint before) {
        List<String> left = new ArrayList<>();
        if (hasMoreSessions(before)) {
            left.add("sessions " + before.sessions + " → " + sessions);
        }
        if (sockets > before.sockets + MORE_SOCKETS) {
            left.add("sockets " + before.sockets + " → " + sockets);
        }
        if (count(files) > count(before.files) + MORE_FILES) {
            left.add("descriptors that are no sockets " + before.files + " → " + files);
        }
        return left;
    }

    private static int count(Map<String, Integer> files) {
        return files.values().stream().mapToInt(Integer::intValue).sum();
    }

    boolean hasMoreSessions(Footprint before) {
        return sessions > before.sessions + MORE_SESSIONS;
    }

    static String mib(long bytes) {
        return String.format("%.1f MiB", bytes / 1024.0 / 1024.0);
    }
}
