package io.highwater.testing;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts what is still reachable in this JVM, after a full collection. Stateless. */
public final class LiveObjects {
    private LiveObjects() {}

    /** Live instances of just this class. */
    public static long count(Class<?> type) {
        for (String line : histogram().split("\n")) {
            String[] words = line.trim().split("\\s+");
            if (words.length >= 4 && words[3].equals(type.getName())) {
                return Long.parseLong(words[1]);
            }
        }
        return 0;
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
