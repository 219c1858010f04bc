package io.highwater.keepalive;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Stray;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who measures the round trips throws once: the Pong is ours all the same. */
final class StrayThrowTest {
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aPongWhoseRoundTripCanNotBeToldIsTaken(Stray.Kind kind) {
        KeepaliveFixture fixture = new KeepaliveFixture(KeepaliveSettings.defaults(), 0);
        KeepaliveFixture.Session session = fixture.open();
        fixture.advanceToPingOf(session);
        fixture.observers.arm(kind);
        session.readsSomething();
        assertThat(session.pong()).isTrue();
        assertThat(fixture.observers.isSpent()).isTrue();
        assertThat(fixture.roundTrips).isEmpty();

        fixture.advanceToPingOf(session);
        fixture.advance(Duration.ofMillis(100));
        session.readsSomething();
        assertThat(session.pong()).isTrue();
        assertThat(fixture.roundTrips).hasSize(1);
        assertThat(session.isAlive()).isTrue();
    }
}
