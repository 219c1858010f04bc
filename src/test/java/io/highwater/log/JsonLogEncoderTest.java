package io.highwater.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

final class JsonLogEncoderTest {
    private final LoggerContext context = new LoggerContext();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Logger logger;

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        JsonLogEncoder encoder = new JsonLogEncoder();
        encoder.setContext(context);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(out);
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        logger = context.getLogger("io.highwater.Test");
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void pairsAreMembersOfTheLine() {
        logger.atInfo()
                .addKeyValue("code", 1013)
                .addKeyValue("age", Duration.ofSeconds(3))
                .addKeyValue("share", 0.5)
                .addKeyValue("slow", true)
                .addKeyValue("subprotocol", (Object) null)
                .log("closed");

        JsonObject line = line();
        assertThat(Instant.parse(line.getString("time"))).isNotNull();
        assertThat(line.getString("level")).isEqualTo("INFO");
        assertThat(line.getString("event")).isEqualTo("closed");
        assertThat(line.getInt("code")).isEqualTo(1013);
        assertThat(line.getString("age")).isEqualTo("PT3S");
        assertThat(line.getJsonNumber("share").doubleValue()).isEqualTo(0.5);
        assertThat(line.getBoolean("slow")).isTrue();
        assertThat(line.isNull("subprotocol")).isTrue();
        assertThat(line.getString("logger")).isEqualTo("io.highwater.Test");
    }

    @Test
    void whatAPeerSentCannotBreakTheLine() {
        String hostile = "\"}\r\n{\\\u0000\u001b[31m\ud800 \u2028 \u007f \ud83c\udf0a";

        logger.atWarn().addKeyValue("reason", hostile).log(hostile);

        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text.indexOf('\n')).isEqualTo(text.length() - 1);
        assertThat(text.chars().limit(text.length() - 1L)).noneMatch(Character::isISOControl);
        assertThat(line().getString("reason")).isEqualTo(hostile);
        assertThat(line().getString("event")).isEqualTo(hostile);
    }

    @Test
    void numbersThatJsonLacksAreStrings() {
        logger.atInfo()
                .addKeyValue("a", Double.NaN)
                .addKeyValue("b", Float.POSITIVE_INFINITY)
                .log("odd");

        assertThat(line().getString("a")).isEqualTo("NaN");
        assertThat(line().getString("b")).isEqualTo("Infinity");
    }

    @Test
    void pairNamedLikeAMemberDoesNotReplaceIt() {
        logger.atInfo().addKeyValue("level", "high").log("marks");

        assertThat(line().getString("level")).isEqualTo("INFO");
        assertThat(line().getString("level_")).isEqualTo("high");
    }

    @Test
    void throwableIsOneMember() {
        logger.atError().setCause(new IllegalStateException("no\nway")).log("failed");

        assertThat(line().getString("error"))
                .startsWith("java.lang.IllegalStateException: no\nway")
                .contains("throwableIsOneMember");
    }

    @Test
    void shippedConfigurationWritesLinesOfInfoToStderr() throws Exception {
        PrintStream stderr = System.err;
        try {
            System.setErr(new PrintStream(out, true, StandardCharsets.UTF_8));
            context.reset();
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(getClass().getResource("/logback.xml"));

            logger.atInfo().addKeyValue("port", 8080).log("ready");
            logger.debug("too much");
            context.getLogger("org.eclipse.jetty.server.Server").info("too much");
        } finally {
            System.setErr(stderr);
        }

        assertThat(line().getString("event")).isEqualTo("ready");
        assertThat(line().getInt("port")).isEqualTo(8080);
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("too much");
    }

    private JsonObject line() {
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("}\n");
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
