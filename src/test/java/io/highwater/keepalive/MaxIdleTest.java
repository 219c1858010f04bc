package io.highwater.keepalive;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.keepalive.KeepaliveFixture.Session;
import io.highwater.wire.CloseStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MaxIdleTest {
    private static final CloseStatus IDLE = new CloseStatus(1001, "idle timeout");
    private static final Duration STEP = Duration.ofMillis(50);

    private final KeepaliveFixture fixture =
            new KeepaliveFixture(KeepaliveSettings.defaults(), Long.MAX_VALUE - 5);
    private final Session session = fixture.open();
    private final MaxIdle idle =
            fixture.scheduler.startMaxIdle(session.wire, Duration.ofSeconds(60));

    MaxIdleTest() {
        session.answers = true;
    }

    @Test
    void pongsDoNotKeepASessionAliveThatExchangesNoMessage() {
        fixture.advance(Duration.ofMillis(59_950));
        assertThat(session.isAlive()).isTrue();
        assertThat(session.pingTimes).isNotEmpty();
        fixture.advance(STEP);
        assertThat(session.wire.closes()).containsExactly(IDLE);
        fixture.advance(Duration.ofSeconds(100));
        assertThat(session.wire.closes()).hasSize(1);
    }

    @Test
    void aMessageDoes() {
        for (int i = 0; i < 10; i++) {
            fixture.advance(Duration.ofSeconds(50));
            idle.onMessage();
        }
        fixture.advance(Duration.ofMillis(59_900));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(Duration.ofMillis(100));
        assertThat(session.wire.closes()).containsExactly(IDLE);
    }

    @Test
    void aCallbackThatWorksOnAMessageDoes() {
        session.withholdDemand();
        fixture.advance(Duration.ofMinutes(5));
        session.giveDemand();
        idle.onMessage();
        fixture.advance(Duration.ofMillis(59_950));
        assertThat(session.isAlive()).isTrue();
        fixture.advance(STEP);
        assertThat(session.wire.closes()).containsExactly(IDLE);
    }

    @Test
    void afterStopNothingIsClosed() {
        idle.stop();
        fixture.advance(Duration.ofMinutes(5));
        assertThat(session.wire.closes()).isEmpty();
    }
}
