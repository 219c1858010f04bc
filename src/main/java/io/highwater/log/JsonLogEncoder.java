package io.highwater.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.slf4j.event.KeyValuePair;

/**
 * A log event as one JSON object on one line: {@code time}, {@code level}, {@code event} (the
 * message), the event's key/value pairs, {@code logger}, and {@code error} with a stack trace if
 * there is a throwable.
 *
 * <p>Logback's own JsonEncoder puts the pairs into an array of objects of one member each, which no
 * log store can filter by. logstash-logback-encoder drops the whole line for a pair it has no
 * serializer for, such as a Duration, writes {@code level} twice for a pair of that name, and
 * brings 2.8 MB of jars. Public because Logback makes it. Thread-safe.
 */
public final class JsonLogEncoder extends EncoderBase<ILoggingEvent> {
    private static final Set<String> RESERVED = Set.of("time", "level", "event", "logger", "error");
    private static final byte[] NONE = {};

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(256).append('{');
        member(line, "time", Instant.ofEpochMilli(event.getTimeStamp()));
        member(line, "level", event.getLevel());
        member(line, "event", event.getFormattedMessage());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                member(line, RESERVED.contains(pair.key) ? pair.key + "_" : pair.key, pair.value);
            }
        }
        member(line, "logger", event.getLoggerName());
        IThrowableProxy error = event.getThrowableProxy();
        if (error != null) {
            member(line, "error", ThrowableProxyUtil.asString(error));
        }
        line.setCharAt(line.length() - 1, '}');
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] headerBytes() {
        return NONE;
    }

    @Override
    public byte[] footerBytes() {
        return NONE;
    }

    private static void member(
            StringBuilder line, String name, @org.jspecify.annotations.Nullable Object value) {
        string(line, name);
        line.append(':');
        if (value == null || value instanceof Boolean || isFinite(value)) {
            line.append(value);
        } else {
            string(line, value.toString());
        }
        line.append(',');
    }

    /** JSON has no NaN and no infinity: those become strings. */
    private static boolean isFinite(Object value) {
        return value instanceof Number number
                && (!(value instanceof Double || value instanceof Float)
                        || Double.isFinite(number.doubleValue()));
    }

    private static void string(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < ' ' || c == '\u007f' || Character.isSurrogate(c)) {
                        escape(line, c);
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }

    private static void escape(StringBuilder line, char c) {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            line.append(Character.forDigit((c >> shift) & 0xF, 16));
        }
    }
}
