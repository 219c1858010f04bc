package io.highwater.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.channel.ChannelRule;
import io.highwater.outbound.WaterMarks;
import io.highwater.protocol.Position;
import io.highwater.session.SessionFixture.Client;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * A client with two channels under DEMOTE and one under EVICT that publishes little. Whatever it
 * reads, and whenever: of the two it sees each message once and in order, and is told of each hole;
 * late entries come too, each once; and its session never ends.
 */
final class DemotePropertyTest {
    private static final WaterMarks MARKS = new WaterMarks(8, 10_000_000, 4, 5_000_000);
    private static final String[] CHANNELS = {"feeds.a", "feeds.b"};

    /** Of the position of late entries: a generation before that of the log. */
    private static final long FORMER = 3;

    private enum What {
        PUBLISH,
        PUBLISH_SIX,
        PUBLISH_THIRTY,
        PUBLISH_ELSEWHERE,
        LATE,
        READ_ONE_WRITE,
        READ_ALL,
        FILL,
        PING,
        UNSUBSCRIBE,
        SUBSCRIBE_LIVE,
        RESUBSCRIBE,

        /** All that is older than two minutes leaves the ring. */
        LET_TWO_MINUTES_PASS,
        LET_A_SECOND_PASS,
        HOLD_READS,
        LET_READS,
        FAIL_READS
    }

    private record Step(What what, int channel) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<What> what =
                Arbitraries.frequency(
                        Tuple.of(10, What.PUBLISH),
                        Tuple.of(5, What.PUBLISH_SIX),
                        Tuple.of(2, What.PUBLISH_THIRTY),
                        Tuple.of(1, What.PUBLISH_ELSEWHERE),
                        Tuple.of(2, What.LATE),
                        Tuple.of(14, What.READ_ONE_WRITE),
                        Tuple.of(1, What.READ_ALL),
                        Tuple.of(4, What.FILL),
                        Tuple.of(1, What.PING),
                        Tuple.of(1, What.UNSUBSCRIBE),
                        Tuple.of(1, What.SUBSCRIBE_LIVE),
                        Tuple.of(1, What.RESUBSCRIBE),
                        Tuple.of(1, What.LET_TWO_MINUTES_PASS),
                        Tuple.of(2, What.LET_A_SECOND_PASS),
                        Tuple.of(1, What.HOLD_READS),
                        Tuple.of(2, What.LET_READS),
                        Tuple.of(1, What.FAIL_READS));
        return Combinators.combine(what, Arbitraries.integers().between(0, 1))
                .as(Step::new)
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 1_500)
    void nothingIsLostOrRepeatedInSilence(@ForAll("steps") List<Step> steps) {
        Run run = new Run();
        steps.forEach(step -> run.perform(step.what, CHANNELS[step.channel]));
        run.finish();
    }

    private static final class Run {
        private final SessionFixture fixture = new SessionFixture(ChannelRule.NONE, MARKS);
        private final Client publisher = fixture.client("p");
        private final Client reader = fixture.client("r");
        private final Map<String, Integer> published = new HashMap<>();
        private final Set<String> subscribed = new HashSet<>();
        private final Set<String> late = new HashSet<>();
        private int ids = 1;

        /** Messages of the reader that were looked at. */
        private int seen;

        /** By channel, the sequence that has to come next. */
        private final Map<String, Long> next = new HashMap<>();

        private final Set<String> lateSeen = new HashSet<>();

        Run() {
            for (String channel : CHANNELS) {
                subscribe(channel, "");
            }
            subscribe("room", "");
            reader.wire.fill();
        }

        void perform(What what, String channel) {
            switch (what) {
                case PUBLISH -> publish(channel, 1);
                case PUBLISH_SIX -> publish(channel, 6);
                case PUBLISH_THIRTY -> publish(channel, 30);
                case PUBLISH_ELSEWHERE -> {
                    // As much as a client has to take that is not demoted.
                    if (reader.session.queue().isWritable()) {
                        publish("room", 1);
                    }
                }
                case LATE -> late(channel);
                case READ_ONE_WRITE -> readOnce();
                case READ_ALL -> readAll();
                case FILL -> reader.wire.fill();
                case PING -> {
                    if (reader.session.queue().isWritable()) {
                        reader.send("{'type':'ping','id':" + ++ids + "}");
                    }
                }
                case UNSUBSCRIBE -> unsubscribe(channel);
                case SUBSCRIBE_LIVE -> {
                    unsubscribe(channel);
                    readAll();
                    subscribe(channel, "");
                }
                case RESUBSCRIBE -> resubscribe(channel);
                case LET_TWO_MINUTES_PASS -> fixture.pass(Duration.ofMinutes(2));
                case LET_A_SECOND_PASS -> fixture.pass(Duration.ofSeconds(1));
                case HOLD_READS -> fixture.backbone.holdReadsAfter(1);
                case LET_READS -> letReads();
                case FAIL_READS -> fixture.backbone.failReads();
            }
            fixture.run();
        }

        private void publish(String channel, int messages) {
            for (int i = 0; i < messages; i++) {
                fixture.pass(Duration.ofMillis(20));
                int number = published.merge(channel, 1, Integer::sum);
                publisher.publish(++ids, channel, "m" + number);
            }
        }

        /** As many as a client has to take that is demoted, too. */
        private void late(String channel) {
            if (!reader.session.queue().isWritable()) {
                return;
            }
            String msgId = "late" + (late.size() + 1);
            if (subscribed.contains(channel)) {
                late.add(msgId);
            }
            fixture.backbone.late(
                    new Entry(
                            channel,
                            new Position("local", FORMER, 1, 1),
                            null,
                            msgId,
                            null,
                            false,
                            "1".getBytes(UTF_8),
                            0,
                            true));
        }

        private void readOnce() {
            if (reader.wire.empty()) {
                reader.session.onWritable();
            }
            fixture.run();
        }

        private void readAll() {
            reader.wire.takes(() -> true);
            readOnce();
        }

        private void letReads() {
            fixture.backbone.holdReadsAfter(Integer.MAX_VALUE);
            while (fixture.backbone.heldReads() > 0) {
                fixture.backbone.letReads();
                fixture.run();
            }
        }

        private void unsubscribe(String channel) {
            if (subscribed.remove(channel)) {
                readAll();
                look();
                reader.send(
                        "{'type':'unsubscribe','id':" + ++ids + ",'channel':'" + channel + "'}");
            }
        }

        private void subscribe(String channel, String since) {
            reader.send(
                    "{'type':'subscribe','id':"
                            + ++ids
                            + ",'channel':'"
                            + channel
                            + "'"
                            + since
                            + "}");
            subscribed.add(channel);
            letReads();
        }

        /** After what was read so far, which may be far behind. */
        private void resubscribe(String channel) {
            if (!subscribed.contains(channel)) {
                return;
            }
            letReads();
            readAll();
            look();
            reader.wire.fill();
            long last = next.get(channel) - 1;
            subscribe(channel, ",'since':{'local':'7-0-" + last + "'}");
        }

        void finish() {
            letReads();
            for (int i = 0; i < 3; i++) {
                fixture.pass(Duration.ofSeconds(1));
                readAll();
            }
            look();
            assertThat(reader.wire.failures()).isEmpty();
            assertThat(reader.wire.closes()).isEmpty();
            assertThat(reader.wire.violations()).isEmpty();
            assertThat(lateSeen).containsAll(late);
            for (String channel : CHANNELS) {
                if (subscribed.contains(channel)) {
                    assertThat(next.get(channel))
                            .as(channel)
                            .isEqualTo(published.getOrDefault(channel, 0) + 1L);
                }
            }
            assertThat(fixture.demoted).hasValue(0);
            assertThat(reader.session.queue().queuedMessages()).isZero();
        }

        /** Looks at what has come since the last look. */
        private void look() {
            List<String> all = reader.wire.messages();
            for (; seen < all.size(); seen++) {
                JsonObject message = Transcript.parse(all.get(seen));
                switch (message.getString("type")) {
                    case "message" -> onMessage(message);
                    case "skipped" -> {
                        String channel = message.getString("channel");
                        long from = sequence(message.getString("from"));
                        long to = sequence(message.getString("to"));
                        assertThat(from).isEqualTo(next.get(channel));
                        assertThat(message.getInt("count")).isEqualTo(to - from + 1);
                        next.put(channel, to + 1);
                    }
                    case "subscribed" -> {
                        long cursor = sequence(message.getJsonObject("cursor").getString("local"));
                        String channel = message.getString("channel");
                        if (!message.getBoolean("recovered") || !next.containsKey(channel)) {
                            next.put(channel, cursor + 1);
                        }
                    }
                    case "unsubscribed" -> next.remove(message.getString("channel"));
                    default -> {}
                }
            }
        }

        private void onMessage(JsonObject message) {
            if (message.getBoolean("late", false)) {
                assertThat(lateSeen.add(message.getString("msgId"))).isTrue();
                return;
            }
            String channel = message.getString("channel");
            assertThat(sequence(message.getString("position")))
                    .as(channel)
                    .isEqualTo(next.get(channel));
            next.merge(channel, 1L, Long::sum);
        }

        private static long sequence(String position) {
            return Long.parseLong(position.substring(position.lastIndexOf('-') + 1));
        }
    }
}
