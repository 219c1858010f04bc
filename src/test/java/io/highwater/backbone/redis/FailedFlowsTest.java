package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.redis.Waiting.Flow;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FailedFlowsTest {
    /** Near the overflow of the time. */
    private static final long NOW = Long.MAX_VALUE - 500;

    private final FailedFlows flows = new FailedFlows(Duration.ofNanos(1_000));

    @Test
    void whatWasHandedInUpToTheFailureIsHeldUpAndNothingElse() {
        flows.add(new Flow("p", "c"), NOW);
        assertThat(flows.holdUp(message("p", "c", NOW - 300))).isTrue();
        assertThat(flows.holdUp(message("p", "c", NOW))).isTrue();
        assertThat(flows.holdUp(message("p", "c", NOW + 1))).isFalse();
        assertThat(flows.holdUp(message("q", "c", NOW))).isFalse();
        assertThat(flows.holdUp(message("p", "d", NOW))).isFalse();
    }

    @Test
    void theLastFailureCounts() {
        flows.add(new Flow("p", "c"), NOW);
        flows.add(new Flow("p", "c"), NOW + 900);
        flows.forget(NOW + 1_500);
        assertThat(flows.holdUp(message("p", "c", NOW + 900))).isTrue();
        assertThat(flows.holdUp(message("q", "c", NOW + 900))).isFalse();
    }

    @Test
    void whereAFlowWasForgottenWhatWasHandedInBeforeIsHeldUpWhateverItsFlow() {
        flows.add(new Flow("p", "c"), NOW);
        flows.forget(NOW + 1_000);
        assertThat(flows.isEmpty()).isFalse();
        flows.forget(NOW + 1_001);
        assertThat(flows.isEmpty()).isTrue();
        assertThat(flows.holdUp(message("p", "c", NOW))).isTrue();
        assertThat(flows.holdUp(message("q", "d", NOW))).isTrue();
        assertThat(flows.holdUp(message("p", "c", NOW + 1))).isFalse();
    }

    @Test
    void tooManyFlowsAreForgottenTheOldestFirst() {
        for (int i = 0; i <= FailedFlows.MOST; i++) {
            flows.add(new Flow("p", "c" + i), NOW + i / 2);
        }
        assertThat(flows.holdUp(message("q", "d", NOW))).isTrue();
        assertThat(flows.holdUp(message("q", "d", NOW + 1))).isFalse();
        assertThat(flows.holdUp(message("p", "c2", NOW + 1))).isTrue();
    }

    private static Waiting message(String publisher, String channel, long sinceNanos) {
        Draft draft = new Draft(channel, publisher, "m", null, false, new byte[] {'1'});
        return new Waiting(draft, "key", 0, sinceNanos);
    }
}
