package io.highwater.channel;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class FailuresTest {
    @Test
    void eachIsCountedAndOneAMinuteIsLogged() {
        FakeTicker ticker = new FakeTicker();
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        AtomicInteger counted = new AtomicInteger();
        Failures failures =
                new Failures(
                        new ChannelObserver() {
                            @Override
                            public void onFailure() {
                                counted.incrementAndGet();
                            }
                        },
                        LogLimit.of(wheel, Runnable::run));
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(Failures.class);
        log.addAppender(lines);
        try {
            for (int minute = 0; minute < 3; minute++) {
                for (int i = 0; i < 100; i++) {
                    failures.onFailure("A turn", "c" + minute, new IllegalStateException("test"));
                }
                ticker.advance(Duration.ofSeconds(61), wheel);
            }
        } finally {
            log.detachAppender(lines);
        }
        assertThat(counted).hasValue(300);
        assertThat(lines.list)
                .extracting(line -> line.getMessage() + " " + line.getKeyValuePairs())
                .containsExactly(
                        "channel_failed [what=\"A turn\", channel=\"c0\"]",
                        "channel_failed [what=\"A turn\", channel=\"c1\"]",
                        "channel_failed [what=\"A turn\", channel=\"c2\"]");
    }
}
