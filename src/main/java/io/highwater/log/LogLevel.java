package io.highwater.log;

import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Sets the log level if Logback is the library; any other has its own configuration file. */
public final class LogLevel {
    private LogLevel() {}

    /** Sets the level of all loggers of this server, and leaves an application's own alone. */
    public static void set(Level level) {
        // Compared by name: in a Jetty base there may be another library and no Logback classes.
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
