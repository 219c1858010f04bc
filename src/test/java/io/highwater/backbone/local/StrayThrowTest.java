package io.highwater.backbone.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.Stray;
import io.highwater.testing.StrayAppender;
import io.highwater.time.TimerWheel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What the log calls throws once: the sweep sweeps, and the next entry is delivered. */
final class StrayThrowTest {
    private static final int NAMES = 400;
    private static final String DELIVERIES = "io.highwater.backbone.memory.Deliveries";

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Stray clock = new Stray();
    private final LogLimit logs = LogLimit.of(wheel, Runnable::run);
    private final LocalBackbone backbone =
            new LocalBackbone(
                    new MemorySettings(
                            1,
                            Ledgers.of(Map.of(Account.NAMES, 50_000L), ticker),
                            name -> new RingBounds(0, Duration.ofMinutes(2)),
                            logs),
                    7,
                    () -> {
                        clock.call();
                        return ticker.nanoTime();
                    },
                    wheel);

    private final Stray listener = new Stray();
    private final List<String> heard = new ArrayList<>();

    private final BackboneListener listening =
            new BackboneListener() {
                @Override
                public void onEntry(Entry entry) {
                    listener.call();
                    heard.add(entry.msgId());
                }

                @Override
                public void onGap(String channel, Position from, Position to) {}
            };

    private void append(String channel) {
        backbone.append(new Draft(channel, "p", channel, null, false, "1".getBytes(UTF_8)));
    }

    private void publish(String msgId) {
        backbone.append(new Draft("c", "p", msgId, null, false, "1".getBytes(UTF_8)));
    }

    /** What a timer throws is the timers' thread's to survive. */
    private int pass(Duration time) {
        int thrown = 0;
        for (long left = time.toMillis(); left > 0; left -= 50) {
            ticker.advance(Duration.ofMillis(50));
            try {
                wheel.advance(ticker.nanoTime());
            } catch (RuntimeException | Error e) {
                assertThat(e).hasMessage("thrown by a test");
                thrown++;
            }
        }
        return thrown;
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void theSweepThatThrewComesAgain(Stray.Kind kind) {
        // So many at once that no generation is left to forget them by.
        for (int i = 0; i < NAMES; i++) {
            append("c" + i);
        }
        int kept = backbone.unusedNames();
        clock.arm(kind);
        assertThat(pass(Duration.ofSeconds(62))).isEqualTo(1);
        assertThat(clock.isSpent()).isTrue();
        assertThat(backbone.unusedNames()).isLessThan(kept);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aListenerThatThrowsIsHeardOfOnceAMinuteAndHearsTheNext(Stray.Kind kind) {
        backbone.follow("c", listening, null);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(DELIVERIES);
        log.addAppender(lines);
        try {
            for (int i = 0; i < 20; i++) {
                if (i % 2 == 0) {
                    listener.arm(kind);
                }
                publish("m" + i);
            }
        } finally {
            log.detachAppender(lines);
        }
        assertThat(heard)
                .containsExactly("m1", "m3", "m5", "m7", "m9", "m11", "m13", "m15", "m17", "m19");
        assertThat(lines.list)
                .extracting(line -> line.getMessage() + " " + line.getKeyValuePairs())
                .containsExactly("delivery_failed [channel=\"c\"]");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void theShardDeliversThoughTheLogThrowsToo(Stray.Kind kind) {
        backbone.follow("c", listening, null);
        Stray log = new Stray();
        Appender<ILoggingEvent> straying = StrayAppender.of(log);
        Logger own = (Logger) LoggerFactory.getLogger(DELIVERIES);
        own.addAppender(straying);
        try {
            listener.arm(kind);
            log.arm(kind);
            publish("m1");
        } finally {
            own.detachAppender(straying);
        }
        assertThat(log.isSpent()).isTrue();
        publish("m2");
        assertThat(heard).containsExactly("m2");
    }

    /** What no compiler lets through, and some languages have. */
    @Test
    void theShardDeliversAfterWhatNobodyCatches() {
        backbone.follow(
                "c",
                new BackboneListener() {
                    @Override
                    public void onEntry(Entry entry) {
                        if (entry.msgId().equals("m1")) {
                            throwUnchecked(new IOException("thrown by a test"));
                        }
                        heard.add(entry.msgId());
                    }

                    @Override
                    public void onGap(String channel, Position from, Position to) {}
                },
                null);
        assertThatThrownBy(() -> publish("m1")).isInstanceOf(IOException.class);
        publish("m2");
        assertThat(heard).containsExactly("m2");
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwUnchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
