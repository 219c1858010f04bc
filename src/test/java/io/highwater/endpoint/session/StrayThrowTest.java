package io.highwater.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.endpoint.EndpointObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.Stray;
import jakarta.websocket.DecodeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who counts the failures of endpoints throws once: the endpoint hears of its failure. */
final class StrayThrowTest {
    private final Stray observers = new Stray();
    private final List<String> counted = new ArrayList<>();
    private final EndpointObserver observer =
            new EndpointObserver() {
                @Override
                public void onMethodFailed() {
                    observers.call();
                    counted.add("method");
                }

                @Override
                public void onPeerFailed() {
                    observers.call();
                    counted.add("peer");
                }
            };

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aFailureThatCanNotBeCountedIsOneAllTheSame(Stray.Kind kind) {
        EndpointFailure own = EndpointFailure.of(new IllegalStateException("expected by the test"));
        EndpointFailure peers = EndpointFailure.of(new DecodeException("x", "expected"));
        for (EndpointFailure failure : List.of(own, peers)) {
            observers.arm(kind);
            failure.count(observer, LogLimit.none());
            assertThat(observers.isSpent()).isTrue();
        }
        assertThat(counted).isEmpty();
        own.count(observer, LogLimit.none());
        peers.count(observer, LogLimit.none());
        assertThat(counted).containsExactly("method", "peer");
    }
}
