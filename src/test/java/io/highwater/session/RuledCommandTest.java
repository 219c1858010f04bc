package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import io.highwater.testing.RecordingWire;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Commands whose rule takes its time: their order, their bounds, and what becomes of them. */
final class RuledCommandTest {
    /** Answers when the test does. */
    private static final class SlowRule implements ChannelRule {
        final ArrayDeque<CompletableFuture<ChannelDecision>> asked = new ArrayDeque<>();

        private CompletionStage<ChannelDecision> ask() {
            asked.add(new CompletableFuture<>());
            return asked.getLast();
        }

        @Override
        public CompletionStage<ChannelDecision> maySubscribe(ChannelClient client, String channel) {
            return ask();
        }

        @Override
        public CompletionStage<ChannelDecision> mayPublish(ChannelClient client, String channel) {
            return ask();
        }

        void answer(boolean yes) {
            asked.remove().complete(yes ? ChannelDecision.ALLOWED : ChannelDecision.FORBIDDEN);
        }
    }

    private final SlowRule rule = new SlowRule();
    private final SessionFixture fixture = fixture(1L << 30);
    private final Book names = fixture.ledger.book(Account.NAMES);

    private SessionFixture fixture(long mostBytes) {
        return new SessionFixture(rule, WaterMarks.defaults(), Map.of(Account.NAMES, mostBytes));
    }

    private static String subscribe(int id) {
        return "{'type':'subscribe','id':" + id + ",'channel':'c'}";
    }

    @Test
    void noCommandIsReadUntilTheRuleHasAnswered() {
        Client client = fixture.client("a");
        int demands = client.wire.demands();
        client.publish(2, "c", "m1");
        assertThat(client.left()).isZero();
        assertThat(client.wire.demands()).isEqualTo(demands);

        rule.answer(true);
        client.take("published");
        assertThat(client.wire.demands()).isEqualTo(demands + 1);
    }

    @Test
    void aRuleThatAnswersBeforeTheSessionIsDoneHoldsUpNothing() {
        ChannelRule done =
                new ChannelRule() {
                    @Override
                    public CompletionStage<ChannelDecision> mayPublish(
                            ChannelClient client, String channel) {
                        return CompletableFuture.completedFuture(
                                channel.equals("no")
                                        ? ChannelDecision.FORBIDDEN
                                        : ChannelDecision.ALLOWED);
                    }
                };
        SessionFixture ruled = new SessionFixture(done, WaterMarks.defaults());
        Client client = ruled.client("a");
        int demands = client.wire.demands();
        client.publish(2, "c", "m1");
        client.take("published");
        client.publish(3, "no", "m2");
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        assertThat(client.wire.demands()).isEqualTo(demands + 2);
    }

    @Test
    void oneThatSaysNoOrFailsLetsNobodyIn() {
        Client client = fixture.client("a");
        client.publish(2, "c", "m1");
        rule.answer(false);
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        assertThat(fixture.errors).containsExactly("FORBIDDEN");

        client.publish(3, "c", "m2");
        rule.asked.remove().completeExceptionally(new IOException("the service is down"));
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        client.publish(4, "c", "m3");
        rule.asked.remove().complete(null);
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        assertThat(fixture.errors)
                .containsExactly("FORBIDDEN", "rule", "FORBIDDEN", "rule", "FORBIDDEN");
        assertThat(fixture.backbone.drafts).isEmpty();
    }

    @Test
    void whatWaitsIsChargedAndOneTooManyIsUnavailable() {
        long before = names.bytes();
        Client client = fixture.client("a");
        client.publish(2, "c", "m1");
        assertThat(names.bytes()).isGreaterThan(before + 500);
        rule.answer(false);
        assertThat(names.bytes()).isEqualTo(before);

        Client poor = fixture(100).client("a");
        int demands = poor.wire.demands();
        poor.publish(2, "c", "m1");
        assertThat(poor.takeError()).isEqualTo("UNAVAILABLE");
        assertThat(poor.wire.demands()).isEqualTo(demands + 1);
        poor.publish(3, "c", "m2");
        assertThat(poor.takeError()).as("none overtakes it").isEqualTo("OUT_OF_ORDER");
    }

    @Test
    void oneThatNeverAnswersHoldsNobodyUpForLong() {
        long before = names.bytes();
        Client client = fixture.client("a");
        int demands = client.wire.demands();
        client.publish(2, "c", "m1");
        fixture.ticker.advance(RuleDeadline.TIME.plusSeconds(1), fixture.wheel);
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        assertThat(fixture.errors).containsExactly("rule", "FORBIDDEN");
        assertThat(client.wire.demands()).isEqualTo(demands + 1);
        assertThat(names.bytes()).isEqualTo(before);

        rule.answer(true);
        fixture.run();
        assertThat(client.left()).as("an answer that comes too late").isZero();
        assertThat(fixture.backbone.drafts).isEmpty();
    }

    @Test
    void aSessionThatIsOverBeforeTheAnswerTakesNothing() {
        long before = names.bytes();
        Client client = fixture.client("a");
        client.send(subscribe(2));
        client.session.onClosed(new CloseStatus(CloseStatus.NORMAL, ""));
        rule.answer(true);
        fixture.run();
        assertThat(names.bytes()).isEqualTo(before);
        assertThat(client.session.subscriptions().size()).isZero();
    }

    /** A flow that ends while a command goes on, on another thread. */
    private static final class Flow extends CommandFlow {
        private SessionState state = SessionState.OPEN;
        private boolean leavesAtItsEnd;
        private int left;
        private Throwable unanswered;

        void close() {
            state = SessionState.CLOSED;
            leavesAtItsEnd = !isGoingOn();
        }

        @Override
        SessionState state() {
            return state;
        }

        @Override
        void leaveChannels() {
            left++;
        }

        @Override
        Wire wire() {
            return new RecordingWire();
        }

        @Override
        SendQueue queue() {
            throw new AssertionError("nothing is read");
        }

        @Override
        void onUnanswered(Throwable cause) {
            unanswered = cause;
        }
    }

    @Test
    void aCommandThatOutlivesItsSessionLeavesTheChannels() {
        Flow flow = new Flow();
        flow.asked();
        flow.goOn(flow::close);
        assertThat(flow.leavesAtItsEnd).isFalse();
        assertThat(flow.left).isEqualTo(1);
    }

    @Test
    void otherwiseTheSessionDoes() {
        Flow flow = new Flow();
        flow.asked();
        flow.goOn(() -> {});
        flow.close();
        assertThat(flow.leavesAtItsEnd).isTrue();
        flow.asked();
        flow.goOn(() -> flow.onUnanswered(new AssertionError("it is over")));
        assertThat(flow.left).isZero();
        assertThat(flow.unanswered).isNull();
    }

    @Test
    void aCommandThatThrowsEndsItsSession() {
        Flow flow = new Flow();
        flow.asked();
        flow.goOn(
                () -> {
                    throw new IllegalStateException("thrown by a test");
                });
        assertThat(Objects.requireNonNull(flow.unanswered)).hasMessage("thrown by a test");
    }
}
