package io.highwater.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Stray;
import io.highwater.testing.StrayAppender;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

final class LogLimitTest {
    private static final Duration PERIOD = Duration.ofSeconds(61);

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final LogLimit logs = LogLimit.of(wheel, Runnable::run);
    private final Logger own = (Logger) LoggerFactory.getLogger(LogLimit.class);
    private final Logger user = (Logger) LoggerFactory.getLogger("io.highwater.log.test");
    private final ListAppender<ILoggingEvent> summaries = new ListAppender<>();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        summaries.start();
        lines.start();
        own.addAppender(summaries);
        user.addAppender(lines);
    }

    @AfterEach
    void leave() {
        own.detachAppender(summaries);
        user.detachAppender(lines);
    }

    private void cause(int times, String kind, String peer) {
        for (int i = 0; i < times; i++) {
            logs.limit(user.atInfo(), kind, peer).addKeyValue("n", i).log("line");
        }
    }

    private List<String> summaries() {
        return summaries.list.stream()
                .map(event -> event.getMessage() + " " + event.getKeyValuePairs())
                .toList();
    }

    @Test
    void ofWhatNoPeerCausesThereIsOneLineAMinuteAndTheCountOfTheOthers() {
        for (int i = 0; i < 1_000; i++) {
            logs.failure(user.atError(), "failed").log("line");
            logs.failure(user.atError(), "failed_too").log("line");
        }
        assertThat(lines.list).hasSize(2);
        ticker.advance(PERIOD, wheel);
        assertThat(summaries())
                .containsExactlyInAnyOrder(
                        "log_limited [kind=\"failed\", left_out=\"999\"]",
                        "log_limited [kind=\"failed_too\", left_out=\"999\"]");
        logs.failure(user.atError(), "failed").log("line");
        assertThat(lines.list).hasSize(3);
        ticker.advance(PERIOD, wheel);
        assertThat(summaries()).as("one alone needs no count").hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whatAnObserverThrowsEndsNobodyAndIsSaidOnceAMinute(Stray.Kind kind) {
        Stray observer = new Stray();
        for (int i = 0; i < 100; i++) {
            observer.arm(kind);
            logs.tell("test", observer::call);
        }
        assertThat(summaries()).containsExactly("observer_failed [observer=\"test\"]");
        assertThat(summaries.list.get(0).getThrowableProxy().getMessage())
                .isEqualTo("thrown by a test");
        ticker.advance(PERIOD, wheel);
        assertThat(summaries())
                .last()
                .isEqualTo(
                        "log_limited [kind=\"observer_failed\", observer=\"test\", left_out=\"99\"]");
    }

    @Test
    void oneObserverThatThrowsHidesNoOther() {
        RuntimeException failure = new IllegalStateException("thrown by a test");
        logs.untold("first", failure);
        logs.untold("second", failure);
        assertThat(summaries())
                .containsExactly(
                        "observer_failed [observer=\"first\"]",
                        "observer_failed [observer=\"second\"]");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aWholeLineThrowsNothingThoughTheLogDoes(Stray.Kind kind) {
        Stray log = new Stray();
        Appender<ILoggingEvent> straying = StrayAppender.of(log);
        user.addAppender(straying);
        try {
            log.arm(kind);
            logs.say(user, Level.ERROR, "first", new IllegalStateException("a"));
            assertThat(log.isSpent()).isTrue();
            log.arm(kind);
            logs.say(user, Level.ERROR, "second", new IllegalStateException("b"), "key", 1);
            assertThat(log.isSpent()).isTrue();
            for (int i = 0; i < 10; i++) {
                logs.say(user, Level.ERROR, "third", new IllegalStateException("c"), "key", 2);
            }
        } finally {
            user.detachAppender(straying);
        }
        assertThat(lines.list)
                .extracting(line -> line.getMessage() + " " + line.getKeyValuePairs())
                .containsExactly("first null", "second [key=\"1\"]", "third [key=\"2\"]");
    }

    @Test
    void aFloodOfOneAddressIsSomeLinesAndThenTheirCount() {
        cause(6_548, "closed", "198.51.100.7:5000");
        assertThat(lines.list).hasSize(LogLimit.LINES);
        assertThat(summaries()).isEmpty();
        ticker.advance(PERIOD, wheel);
        assertThat(summaries())
                .containsExactly(
                        "log_limited [kind=\"closed\", peer=\"198.51.100.7\", left_out=\"6488\"]");
        ticker.advance(PERIOD, wheel);
        assertThat(summaries()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whatNoThreadWasThereToSayIsSaidLater(Stray.Kind kind) {
        Stray stray = new Stray();
        LogLimit strayed = LogLimit.of(wheel, stray.refusing(Runnable::run));
        for (int i = 0; i < LogLimit.LINES + 3; i++) {
            strayed.admits("closed", "198.51.100.7:5000");
        }
        stray.arm(kind);
        ThrowingCallable period = () -> ticker.advance(PERIOD.plusMillis(50), wheel);
        if (kind == Stray.Kind.ERROR) {
            assertThatThrownBy(period).hasMessage("thrown by a test");
            assertThat(summaries()).isEmpty();
        } else {
            assertThatCode(period).doesNotThrowAnyException();
        }
        assertThat(stray.isSpent()).isTrue();
        ticker.advance(Duration.ofMillis(1_100), wheel);
        assertThat(summaries())
                .containsExactly(
                        "log_limited [kind=\"closed\", peer=\"198.51.100.7\", left_out=\"3\"]");
    }

    /** The timers run on for a moment when the threads of a node are gone. */
    @Test
    void whileANodeStopsNothingIsThrownAndItsEndSaysTheRest() {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        LogLimit stopping = LogLimit.of(wheel, threads);
        for (int i = 0; i < LogLimit.LINES + 3; i++) {
            stopping.admits("closed", "198.51.100.7:5000");
        }
        threads.shutdownNow();
        ticker.advance(PERIOD.plusSeconds(5), wheel);
        assertThat(summaries()).isEmpty();

        stopping.close();

        assertThat(summaries())
                .containsExactly(
                        "log_limited [kind=\"closed\", peer=\"198.51.100.7\", left_out=\"3\"]");
        ticker.advance(PERIOD.plusSeconds(5), wheel);
        assertThat(summaries()).hasSize(1);
    }

    @Test
    void theNextMinuteStartsAfresh() {
        cause(LogLimit.LINES + 1, "closed", "198.51.100.7:5000");
        ticker.advance(PERIOD, wheel);
        cause(LogLimit.LINES, "closed", "198.51.100.7:5001");
        assertThat(lines.list).hasSize(2 * LogLimit.LINES);
        ticker.advance(PERIOD, wheel);
        assertThat(summaries()).hasSize(1);
    }

    @Test
    void whoKeepsWithinItIsSummedUpByNobody() {
        cause(LogLimit.LINES, "closed", "198.51.100.7:5000");
        ticker.advance(PERIOD, wheel);
        assertThat(lines.list).hasSize(LogLimit.LINES);
        assertThat(summaries()).isEmpty();
    }

    @Test
    void otherKindsAndAddressesHaveTheirOwn() {
        cause(LogLimit.LINES + 5, "closed", "198.51.100.7:5000");
        cause(1, "failed", "198.51.100.7:5000");
        cause(1, "closed", "198.51.100.8:5000");
        assertThat(lines.list).hasSize(LogLimit.LINES + 2);
    }

    @Test
    void aLevelThatIsOffCountsForNothing() {
        for (int i = 0; i < 2 * LogLimit.LINES; i++) {
            logs.limit(user.atTrace(), "closed", "198.51.100.7:5000").log("line");
        }
        cause(LogLimit.LINES, "closed", "198.51.100.7:5000");
        assertThat(lines.list).hasSize(LogLimit.LINES);
    }

    /** However many addresses a flood comes from. */
    @Test
    void theTableIsBoundedAndThoseBeyondItShareALimit() {
        List<String> peers =
                IntStream.range(0, LogLimit.MAX_ENTRIES + 5_000)
                        .mapToObj(i -> "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255))
                        .toList();
        long admitted = peers.stream().filter(peer -> logs.admits("closed", peer)).count();
        assertThat(admitted).isEqualTo(LogLimit.MAX_ENTRIES + LogLimit.LINES_OF_OTHERS);
        ticker.advance(PERIOD, wheel);
        assertThat(summaries())
                .containsExactly(
                        "log_limited [kind=\"closed\", peer=\"others\", left_out=\"4400\"]");
    }

    @Test
    void whatWasLeftOutIsSaidAtTheEnd() {
        cause(LogLimit.LINES + 3, "closed", "198.51.100.7:5000");
        logs.close();
        assertThat(summaries()).singleElement().asString().contains("left_out=\"3\"");
        ticker.advance(PERIOD, wheel);
        assertThat(summaries()).hasSize(1);
    }

    @Test
    void whatIsCountedIsALineForEachWordOfAMinute() {
        for (int i = 0; i < 1_000; i++) {
            logs.count("sessions_closed", "close_code", i % 4 == 0 ? "1013" : "1006");
        }
        assertThat(summaries()).isEmpty();
        ticker.advance(PERIOD, wheel);
        assertThat(summaries())
                .containsExactlyInAnyOrder(
                        "sessions_closed [close_code=\"1013\", count=\"250\"]",
                        "sessions_closed [close_code=\"1006\", count=\"750\"]");
        logs.count("sessions_closed", "close_code", "1006");
        logs.close();
        assertThat(summaries()).hasSize(3).last().asString().contains("count=\"1\"");
    }

    @Test
    void withoutALimitEveryLineIsWritten() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(LogLimit.none().admits("closed", "198.51.100.7:5000")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7:5000, 198.51.100.7",
        "198.51.100.7, 198.51.100.7",
        "/198.51.100.7:5000, 198.51.100.7",
        "name/198.51.100.7:5000, 198.51.100.7",
        "[2001:db8:1:2:3:4:5:6]:7, 2001:db8:1:2::/64",
        "[2001:db8:1:2:3:4:5:6], 2001:db8:1:2::/64",
        "/[2001:db8:1:2:3:4:5:6]:7, 2001:db8:1:2::/64",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
        "2001:db8:0:0:0:0:0:5%eth0, 2001:db8:0:0::/64",
        "unknown, unknown",
        ", ''"
    })
    void portsAndTheHostPartOfIpv6CountForNothing(String peer, String address) {
        assertThat(LogLimit.address(peer)).isEqualTo(address);
    }
}
