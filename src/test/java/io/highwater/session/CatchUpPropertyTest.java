package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelRule;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * A subscriber that is behind takes what it missed from the log in pieces, while others publish and
 * it reads as it likes: it gets each message once, in order and without a hole, or its session ends
 * with 1013. Under LATEST and DEMOTE holes are told, and it never ends.
 */
final class CatchUpPropertyTest {
    private static final WaterMarks MARKS = new WaterMarks(8, 10_000_000, 4, 5_000_000);
    private static final int MISSED = 40;

    private enum Action {
        PUBLISH,
        PUBLISH_TEN,
        READ_ONE_WRITE,
        READ_ALL,
        FILL,
        RESUBSCRIBE,

        /** All that is older than two minutes leaves the ring. */
        LET_TWO_MINUTES_PASS
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        return Arbitraries.frequency(
                        Tuple.of(12, Action.PUBLISH),
                        Tuple.of(2, Action.PUBLISH_TEN),
                        Tuple.of(16, Action.READ_ONE_WRITE),
                        Tuple.of(1, Action.READ_ALL),
                        Tuple.of(3, Action.FILL),
                        Tuple.of(1, Action.RESUBSCRIBE),
                        Tuple.of(1, Action.LET_TWO_MINUTES_PASS))
                .list()
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<String> channels() {
        // Of prices the fixture keeps the latest two under pressure; it demotes readers of feeds,
        // and evicts the others.
        return Arbitraries.of("room", "prices.all", "feeds.all");
    }

    @Property(tries = 400)
    void eachMessageComesOnceAndInOrderOrTheSessionEnds(
            @ForAll("channels") String channel, @ForAll("actions") List<Action> actions) {
        Run run = new Run(channel);
        actions.forEach(run::perform);
        run.finish();
    }

    private static final class Run {
        private final SessionFixture fixture = new SessionFixture(ChannelRule.NONE, MARKS);
        private final String channel;
        private final Client publisher = fixture.client("p");
        private final Client behind;
        private int published;

        Run(String channel) {
            this.channel = channel;
            publish();
            String position = publisher.take("published").getString("position");
            for (int i = 0; i < MISSED; i++) {
                publish();
            }
            behind = fixture.client("b");
            behind.wire.fill();
            subscribe(position);
        }

        private void publish() {
            fixture.pass(Duration.ofMillis(20));
            published++;
            publisher.publish(published, channel, "m" + published);
        }

        private void subscribe(String position) {
            behind.send(
                    "{'type':'subscribe','id':2,'channel':'"
                            + channel
                            + "','since':{'local':'"
                            + position
                            + "'}}");
        }

        void perform(Action action) {
            switch (action) {
                case PUBLISH -> publish();
                case PUBLISH_TEN -> {
                    for (int i = 0; i < 10; i++) {
                        publish();
                    }
                }
                case READ_ONE_WRITE -> readOnce();
                case READ_ALL -> behind.read();
                case FILL -> behind.wire.fill();
                case RESUBSCRIBE -> {
                    behind.read();
                    String last = last();
                    behind.wire.fill();
                    if (last != null) {
                        subscribe(last);
                    }
                }
                case LET_TWO_MINUTES_PASS -> fixture.pass(Duration.ofMinutes(2));
            }
        }

        private void readOnce() {
            if (behind.wire.empty()) {
                behind.session.onWritable();
            }
            fixture.run();
        }

        /** The position of the last message that came, unless what a LATEST queue left out does. */
        private String last() {
            String last = null;
            for (String text : behind.wire.messages()) {
                JsonObject message = Transcript.parse(text);
                switch (message.getString("type")) {
                    case "message" -> last = message.getString("position");
                    case "skipped" -> last = message.getString("to");
                    default -> {}
                }
            }
            return last;
        }

        void finish() {
            for (int i = 0; i < 200; i++) {
                readOnce();
            }
            // What was let go is told with the next message.
            publish();
            for (int i = 0; i < 200; i++) {
                readOnce();
            }
            behind.read();
            fixture.run();
            boolean stays = !channel.equals("room");
            long next = 2;
            for (String text : behind.wire.messages()) {
                JsonObject message = Transcript.parse(text);
                switch (message.getString("type")) {
                    case "message" -> {
                        assertThat(sequence(message.getString("position"))).isEqualTo(next);
                        next++;
                    }
                    case "skipped" -> {
                        assertThat(stays).isTrue();
                        assertThat(sequence(message.getString("from"))).isEqualTo(next);
                        next = sequence(message.getString("to")) + 1;
                    }
                    case "subscribed" -> {
                        if (!message.getBoolean("recovered")) {
                            next = sequence(message.getJsonObject("cursor").getString("local")) + 1;
                        }
                    }
                    default -> {}
                }
            }
            boolean ended = !behind.wire.failures().isEmpty() || !behind.wire.closes().isEmpty();
            if (!ended) {
                assertThat(next).isEqualTo(published + 1L);
            }
            if (stays) {
                assertThat(ended).isFalse();
            }
        }

        private static long sequence(String position) {
            return Long.parseLong(position.substring(position.lastIndexOf('-') + 1));
        }
    }
}
