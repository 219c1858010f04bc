package io.highwater.testing;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
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
