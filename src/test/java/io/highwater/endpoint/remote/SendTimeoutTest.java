package io.highwater.endpoint.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.outbound.SendCompletion;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SendTimeoutTest {
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aSessionWhoseMessageIsLateEndsThoughItsHandlerThrows(Stray.Kind kind) {
        FakeTicker ticker = new FakeTicker();
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        RecordingWire wire = new RecordingWire();
        Stray stray = new Stray();
        stray.arm(kind);
        new SendTimeout(
                        new SendCompletion() {
                            @Override
                            public void onWritten() {
                                throw new AssertionError("nothing was written");
                            }

                            @Override
                            public void onFailed(Throwable cause) {
                                stray.call();
                            }
                        },
                        wire,
                        wheel,
                        100)
                .start();
        assertThatThrownBy(() -> ticker.advance(Duration.ofMillis(250), wheel))
                .hasMessage("thrown by a test");
        assertThat(wire.failures())
                .extracting(failure -> failure.status().code())
                .containsExactly(1013);
    }
}
