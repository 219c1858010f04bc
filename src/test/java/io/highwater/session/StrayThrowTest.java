package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Stray;
import io.highwater.wire.Wire;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a session calls throws: it reads on, or it ends with 1011, and no other hears of it. */
final class StrayThrowTest {
    /** More than may be unanswered. */
    private static final int COMMANDS = 70;

    private final SessionFixture fixture = new SessionFixture();
    private final Client other = fixture.client("other");

    /** The client could ask again as often as it likes. */
    private void assertReads(Client client) {
        int demands = client.wire.demands();
        client.send("{'type':'ping','id':999}");
        assertThat(client.take("pong").getInt("id")).isEqualTo(999);
        assertThat(client.wire.demands()).isEqualTo(demands + 1);
        assertThat(client.wire.failures()).isEmpty();
        other.send("{'type':'ping','id':998}");
        other.take("pong");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aSubscribeThatThrowsInTheHubIsAnsweredEachTime(Stray.Kind kind) {
        Client client = fixture.client("a");
        for (int i = 1; i <= COMMANDS; i++) {
            fixture.pass(Duration.ofMillis(50));
            (i % 2 == 0 ? fixture.backbone.follows : fixture.backbone.reads).arm(kind);
            client.send("{'type':'subscribe','id':" + i + ",'channel':'c" + i + "'}");
            assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        }
        assertReads(client);
        client.send("{'type':'subscribe','id':100,'channel':'c1'}");
        client.take("subscribed");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aPublishThatThrowsInTheBackboneFailsAndMayBeRepeated(Stray.Kind kind) {
        Client client = fixture.client("a");
        for (int i = 1; i <= COMMANDS; i++) {
            fixture.pass(Duration.ofMillis(50));
            fixture.backbone.appends.arm(kind);
            client.publish(i, "c", "m");
            assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        }
        client.publish(100, "c", "m");
        client.take("published");
        assertReads(client);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aRuleThatThrowsLetsNobodyInAndEndsNobody(Stray.Kind kind) {
        Stray rule = new Stray();
        SessionFixture ruled =
                new SessionFixture(
                        new ChannelRule() {
                            @Override
                            public CompletionStage<ChannelDecision> maySubscribe(
                                    ChannelClient client, String channel) {
                                rule.call();
                                return ALLOWED;
                            }
                        },
                        WaterMarks.defaults());
        Client client = ruled.client("a");
        rule.arm(kind);
        client.send("{'type':'subscribe','id':2,'channel':'c'}");
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        assertThat(ruled.errors).containsExactly("rule", "FORBIDDEN");
        client.send("{'type':'subscribe','id':3,'channel':'c'}");
        client.take("subscribed");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void anErrorThatCanNotBeCountedIsAnswered(Stray.Kind kind) {
        Client client = fixture.client("a");
        fixture.observers.arm(kind);
        client.send("{'type':'hello','id':2,'client':'a'}");
        assertThat(client.takeError()).isEqualTo("BAD_REQUEST");
        assertThat(fixture.observers.isSpent()).isTrue();
        assertThat(fixture.errors).isEmpty();
        assertReads(client);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aReconnectThatCanNotBeCountedIsWelcome(Stray.Kind kind) {
        Client client = fixture.connect();
        fixture.observers.arm(kind);
        client.send("{'type':'hello','id':1,'client':'a','attempt':1}");
        client.take("welcome");
        assertThat(fixture.observers.isSpent()).isTrue();
        assertReads(client);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aRulesFailureThatCanNotBeCountedLetsNobodyIn(Stray.Kind kind) {
        SessionFixture ruled =
                new SessionFixture(
                        new ChannelRule() {
                            @Override
                            public CompletionStage<ChannelDecision> maySubscribe(
                                    ChannelClient client, String channel) {
                                throw new IllegalStateException("thrown by a test");
                            }
                        },
                        WaterMarks.defaults());
        Client client = ruled.client("a");
        ruled.observers.arm(kind);
        client.send("{'type':'subscribe','id':2,'channel':'c'}");
        assertThat(client.takeError()).isEqualTo("FORBIDDEN");
        assertThat(ruled.errors).containsExactly("FORBIDDEN");
    }

    /** Behind one that waits for its answer. */
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aPublishThatThrowsBehindOneThatWaitsIsNotTheLast(Stray.Kind kind) {
        Client client = fixture.client("a");
        fixture.backbone.hold();
        client.publish(1, "c", "m1");
        fixture.backbone.holdNoMore();
        fixture.backbone.appends.arm(kind);
        client.publish(2, "c", "m2");
        assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        fixture.backbone.letOne();
        client.take("published");
        client.publish(3, "c", "m2");
        client.take("published");
        assertReads(client);
    }

    /** A flow whose wire and queue are never asked. */
    private static final class Flow extends CommandFlow {
        private Throwable unanswered;

        @Override
        SessionState state() {
            return SessionState.OPEN;
        }

        @Override
        void leaveChannels() {
            throw new AssertionError("it is open");
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

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void anAnswerThatCannotBeGivenIsOneAllTheSame(Stray.Kind kind) {
        Stray stray = new Stray();
        Flow flow = new Flow();
        for (int i = 0; i < COMMANDS; i++) {
            flow.started();
            stray.arm(kind);
            flow.answer(stray::call);
            assertThat(flow.unanswered).hasMessage("thrown by a test");
        }
        assertThatThrownBy(flow::demand).as("it reads on").hasMessage("nothing is read");
    }

    @Test
    void aSessionThatOwesAnAnswerItCannotGiveEndsWith1011() {
        Client client = fixture.client("a");
        client.session.onUnanswered(new IllegalStateException("thrown by a test"));
        assertThat(client.wire.failures())
                .extracting(failure -> failure.status().code())
                .containsExactly(1011);
        client.send("{'type':'ping','id':1}");
        assertThat(client.left()).isZero();
        client.session.onClosed(client.wire.failures().get(0).status());
        assertThat(fixture.registry.size()).isEqualTo(1);
        other.send("{'type':'ping','id':998}");
        other.take("pong");
    }
}
