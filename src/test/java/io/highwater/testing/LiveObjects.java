package io.highwater.testing;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts what is still reachable in this JVM, after a full collection. Stateless. */
public final class LiveObjects {
    private LiveObjects() {}

    /** Live instances of just this class. */
    public static long count(Class<?> type) {
        return byClass().getOrDefault(type.getName(), 0L);
    }

    /** The most collections until nothing more goes. */
    private static final int MOST_COLLECTIONS = 10;

    /**
     * Bytes of all live objects, once a further collection finds no fewer: what only weak
     * references, cleaners or threads that end still hold goes with the second or third. If it went
     * between two readings that a test compares, it would count for what the test made.
     */
    public static long bytes() {
        long bytes = collected();
        for (int i = 1; i < MOST_COLLECTIONS; i++) {
            long before = bytes;
            bytes = collected();
            if (bytes == before) {
                break;
            }
        }
        return bytes;
    }

    private static long collected() {
        long bytes = 0;
        for (String line : histogram().split("\n")) {
            String[] words = line.trim().split("\\s+");
            if (words.length >= 4 && words[0].endsWith(":")) {
                bytes += Long.parseLong(words[2]);
            }
        }
        return bytes;
    }

    /** Live instances by the names of their classes. */
    public static Map<String, Long> byClass() {
        Map<String, Long> counts = new HashMap<>();
        for (String line : histogram().split("\n")) {
            String[] words = line.trim().split("\\s+");
            if (words.length >= 4 && words[0].endsWith(":")) {
                counts.merge(words[3], Long.parseLong(words[1]), Long::sum);
            }
        }
        return counts;
    }

    /**
     * What each of {@code sessions} sessions keeps of the node's own classes and of Jetty's for
     * WebSockets, of buffers, and of the Socket of a channel that was asked for it: names, with the
     * count before those of several.
     *
     * @param before {@link #byClass} before the sessions were opened
     */
    public static List<String> keptByEach(int sessions, Map<String, Long> before) {
        List<String> kept = new ArrayList<>();
        byClass()
                .forEach(
                        (name, count) -> {
                            long more = count - before.getOrDefault(name, 0L);
                            long each = Math.round((double) more / sessions);
                            if (isSessions(name) && each > 0) {
                                kept.add(each == 1 ? name : each + " " + name);
                            }
                        });
        return kept;
    }

    /** Not of the node's clients in this JVM, which have no Socket either. */
    private static boolean isSessions(String name) {
        return (name.startsWith("io.highwater.") && !name.startsWith("io.highwater.testing."))
                || name.contains(".websocket.")
                || name.startsWith("java.nio.") && name.endsWith("Buffer")
                || name.equals("sun.nio.ch.SocketAdaptor");
    }

    private static String histogram() {
        try {
            return (String)
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {new String[0]},
                                    new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new AssertionError("no class histogram", e);
        }
    }
}
