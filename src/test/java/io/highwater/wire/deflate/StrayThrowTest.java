package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.Stray;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who measures compression throws once: the message is on its way all the same. */
final class StrayThrowTest {
    private final Stray observers = new Stray();
    private int counted;
    private final PermessageDeflate node =
            Unbounded.deflate(
                    DeflateSettings.defaults(),
                    1 << 30,
                    new TimerWheel(0),
                    Runnable::run,
                    new DeflateObserver() {
                        @Override
                        public void onSent(int plainBytes, int wireBytes) {
                            observers.call();
                            counted++;
                        }

                        @Override
                        public void onReceived(int plainBytes, int wireBytes) {
                            observers.call();
                            counted++;
                        }
                    });

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whatCanNotBeCountedIsSentAndReceived(Stray.Kind kind) {
        observers.arm(kind);
        node.sent(2, 1);
        assertThat(observers.isSpent()).isTrue();
        observers.arm(kind);
        node.received(2, 1);
        assertThat(observers.isSpent()).isTrue();
        assertThat(counted).isZero();
        node.sent(2, 1);
        node.received(2, 1);
        assertThat(counted).isEqualTo(2);
    }
}
