package io.highwater.log;

import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** How much this server logs, where Logback writes it; of another library its own file says so. */
public final class LogLevel {
    private LogLevel() {}

    /** For all loggers of this server from now on. An application's own are left alone. */
    public static void set(Level level) {
        // By name: in a Jetty base there may be another library, and none of Logback's classes.
        String factory = LoggerFactory.getILoggerFactory().getClass().getName();
        if (factory.startsWith("ch.qos.logback.")) {
            OfLogback.set(level);
        }
    }

    private static final class OfLogback {
        static void set(Level level) {
            ((Logger) LoggerFactory.getLogger("io.highwater"))
                    .setLevel(ch.qos.logback.classic.Level.convertAnSLF4JLevel(level));
        }
    }
}
