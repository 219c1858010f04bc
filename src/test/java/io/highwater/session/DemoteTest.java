package io.highwater.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Entry;
import io.highwater.channel.ChannelRule;
import io.highwater.limits.Account;
import io.highwater.outbound.WaterMarks;
import io.highwater.protocol.Position;
import io.highwater.session.SessionFixture.Client;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slow reader of a channel under DEMOTE. */
final class DemoteTest {
    private static final int HIGH = 8;
    private static final WaterMarks MARKS = new WaterMarks(HIGH, 2_000, 4, 1_000);
    private static final String FEED = "feeds.a";

    private final SessionFixture fixture = new SessionFixture(ChannelRule.NONE, MARKS);
    private final Client publisher = fixture.client("p");
    private final Client reader = fixture.client("r");
    private int published;

    @BeforeEach
    void subscribe() {
        subscribe(2, FEED);
        reader.take("subscribed");
    }

    private void subscribe(int id, String channel) {
        reader.send("{'type':'subscribe','id':" + id + ",'channel':'" + channel + "'}");
    }

    private void publish(String channel, int messages) {
        for (int i = 0; i < messages; i++) {
            // Not more commands than a session may send.
            fixture.pass(Duration.ofMillis(10));
            published++;
            publisher.publish(published, channel, "m" + published);
        }
    }

    private List<JsonObject> got() {
        return reader.wire.messages().stream().map(Transcript::parse).toList();
    }

    private List<Integer> data(String channel) {
        return got().stream()
                .filter(message -> message.getString("type").equals("message"))
                .filter(message -> message.getString("channel").equals(channel))
                .map(message -> message.getInt("data"))
                .toList();
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    private void readOnce() {
        assertThat(reader.wire.empty()).isTrue();
        reader.session.onWritable();
        fixture.run();
    }

    private void assertLives() {
        assertThat(reader.wire.failures()).isEmpty();
        assertThat(reader.wire.closes()).isEmpty();
        assertThat(reader.wire.violations()).isEmpty();
    }

    @Test
    void losesItsQueueAndNotItsSession() {
        reader.wire.fill();
        publish(FEED, HIGH + 1);
        assertThat(reader.session.queue().queuedMessages()).isEqualTo(HIGH + 1);
        assertThat(fixture.demoted).hasValue(0);

        publish(FEED, 1);

        assertLives();
        assertThat(fixture.demoted).hasValue(1);
        assertThat(reader.session.queue().queuedMessages()).as("in flight").isEqualTo(1);
        publish(FEED, 500);
        assertThat(reader.session.queue().queuedMessages()).isEqualTo(1);
        assertLives();
    }

    @Test
    void isServedFromTheLogInPiecesAndReturnsToLive() {
        reader.wire.fill();
        publish(FEED, 100);
        for (int i = 0; i < 10; i++) {
            readOnce();
            // A piece is at most a quarter of the mark.
            assertThat(reader.session.queue().queuedMessages()).isBetween(1, HIGH / 4);
        }
        publish(FEED, 20);
        assertThat(fixture.demoted).hasValue(1);
        reader.read();
        fixture.run();

        assertThat(data(FEED)).isEqualTo(upTo(120));
        assertThat(fixture.demoted).hasValue(0);
        assertThat(fixture.demotions).hasValue(1);
        assertThat(fixture.skipped).hasValue(0);
        publish(FEED, 3);
        assertThat(data(FEED)).isEqualTo(upTo(123));
        assertLives();
    }

    @Test
    void isChargedForItsPlaceInTheLog() {
        assertThat(chargedBytes()).isZero();
        reader.wire.fill();
        publish(FEED, 100);
        assertThat(chargedBytes()).isPositive();
        reader.read();
        fixture.run();
        publish(FEED, 1);
        assertThat(chargedBytes()).isZero();

        reader.wire.fill();
        publish(FEED, 100);
        assertThat(chargedBytes()).isPositive();
        reader.session.onClosed(CloseStatus.of(CloseStatus.NORMAL));
        fixture.run();
        assertThat(chargedBytes()).isZero();
    }

    private long chargedBytes() {
        return reader.wire.payer().bytes(Account.OUTBOUND);
    }

    @Test
    void isDemotedAgain() {
        for (int i = 1; i <= 3; i++) {
            reader.wire.fill();
            publish(FEED, 50);
            assertThat(fixture.demotions).hasValue(i);
            reader.read();
            fixture.run();
            assertThat(fixture.demoted).hasValue(0);
        }
        assertThat(data(FEED)).isEqualTo(upTo(150));
        assertLives();
    }

    @Test
    void hearsWhatTheLogHasTrimmed() {
        reader.wire.fill();
        publish(FEED, 50);
        fixture.pass(Duration.ofMinutes(3));
        publish(FEED, 10);
        reader.read();
        fixture.run();

        List<JsonObject> skipped =
                got().stream().filter(one -> one.getString("type").equals("skipped")).toList();
        assertThat(skipped).hasSize(1);
        // One was in flight when the queue was given up.
        assertThat(skipped.get(0).getString("from")).endsWith("-2");
        assertThat(skipped.get(0).getString("to")).endsWith("-50");
        assertThat(skipped.get(0).getInt("count")).isEqualTo(49);
        assertThat(skipped.get(0).getString("reason")).isEqualTo("OVERFLOW");
        assertThat(fixture.skipped).hasValue(49);
        assertThat(data(FEED)).startsWith(1, 51).hasSize(11);
        assertLives();
    }

    @Test
    void hearsOfAGapAtOnceIfTheLogKeepsNothing() {
        String channel = "feeds" + SessionFixture.UNKEPT;
        subscribe(3, channel);
        reader.take("subscribed");
        reader.wire.fill();
        publish(channel, 20);
        reader.read();
        fixture.run();
        JsonObject last = got().get(got().size() - 1);
        assertThat(last.getString("type")).isEqualTo("skipped");
        assertThat(last.getInt("count")).isEqualTo(19);
        assertThat(last.getString("to")).endsWith("-20");

        publish(channel, 2);
        assertThat(data(channel)).containsExactly(1, 21, 22);
        assertThat(fixture.demoted).hasValue(0);
        assertLives();
    }

    @Test
    void stillGetsItsRepliesAndItsOtherChannels() {
        subscribe(3, "room");
        reader.take("subscribed");
        reader.wire.fill();
        publish(FEED, 30);
        reader.send("{'type':'ping','id':9}");
        publish("room", 1);
        assertThat(reader.session.queue().queuedMessages()).isEqualTo(3);
        readOnce();
        assertThat(got()).anyMatch(one -> one.getString("type").equals("pong"));
        assertThat(data("room")).containsExactly(31);
        reader.read();
        fixture.run();
        assertThat(data(FEED)).isEqualTo(upTo(30));
        assertLives();
    }

    @Test
    void endsIfAChannelUnderEvictIsTooMuch() {
        subscribe(3, "room");
        reader.take("subscribed");
        reader.wire.fill();
        publish(FEED, 30);
        publish("room", HIGH + 1);
        assertThat(reader.wire.failures()).hasSize(1);
        reader.session.onClosed(reader.wire.failures().get(0).status());
        fixture.run();
        assertThat(fixture.demoted).hasValue(0);
    }

    @Test
    void givesWayToAChannelUnderEvict() {
        subscribe(3, "room");
        reader.take("subscribed");
        reader.wire.fill();
        publish(FEED, 1);
        publish(FEED, HIGH - 2);
        publish("room", HIGH - 1);

        assertLives();
        assertThat(fixture.demoted).hasValue(1);
        reader.read();
        fixture.run();
        assertThat(data(FEED)).isEqualTo(upTo(HIGH - 1));
        assertThat(data("room")).hasSize(HIGH - 1);
    }

    @Test
    void isDemotedInAllSuchChannelsAtOnce() {
        subscribe(3, "feeds.b");
        reader.take("subscribed");
        reader.wire.fill();
        publish(FEED, 4);
        publish("feeds.b", 6);
        assertThat(fixture.demoted).hasValue(2);
        reader.read();
        fixture.run();
        assertThat(data(FEED)).isEqualTo(upTo(4));
        assertThat(data("feeds.b")).containsExactly(5, 6, 7, 8, 9, 10);
        assertThat(fixture.demoted).hasValue(0);
        assertLives();
    }

    @Test
    void getsLateEntriesThatTheLogDoesNotHave() {
        reader.wire.fill();
        publish(FEED, 5);
        late("before");
        publish(FEED, 20);
        late("while");
        assertThat(fixture.demoted).hasValue(1);
        reader.read();
        fixture.run();

        assertThat(got().stream().filter(one -> one.getBoolean("late", false)))
                .extracting(one -> one.getString("msgId"))
                .containsExactly("before", "while");
        assertThat(got().stream().filter(one -> one.getString("type").equals("message")))
                .filteredOn(one -> !one.getBoolean("late", false))
                .hasSize(25);
        assertLives();
    }

    private void late(String msgId) {
        Position position = new Position("local", 3, 1, 1);
        fixture.backbone.late(
                new Entry(FEED, position, null, msgId, null, false, "1".getBytes(UTF_8), 0, true));
        fixture.run();
    }

    @Test
    void waitsForALogThatCannotBeRead() {
        reader.wire.fill();
        publish(FEED, 30);
        fixture.backbone.failing(true);
        reader.read();
        fixture.run();
        for (int i = 0; i < 5; i++) {
            fixture.pass(Duration.ofSeconds(1));
            fixture.run();
        }
        assertThat(data(FEED)).hasSize(1);
        assertLives();

        fixture.backbone.failing(false);
        fixture.pass(Duration.ofSeconds(1));
        fixture.run();
        assertThat(data(FEED)).isEqualTo(upTo(30));
        assertLives();
    }

    @Test
    void getsNothingMoreOnceItHasLeft() {
        reader.wire.fill();
        publish(FEED, 30);
        reader.send("{'type':'unsubscribe','id':3,'channel':'" + FEED + "'}");
        assertThat(fixture.demoted).hasValue(0);
        reader.read();
        fixture.run();
        publish(FEED, 5);
        JsonObject last = got().get(got().size() - 1);
        assertThat(last.getString("type")).isEqualTo("unsubscribed");
        assertThat(data(FEED)).hasSize(1);
        assertLives();
    }

    @Test
    void isDrainedLikeAnyOther() {
        reader.wire.fill();
        publish(FEED, 30);
        reader.session.drain(OutboundFrame.text("{\"type\":\"drain\"}"), CloseStatus.of(1012));
        reader.read();
        fixture.run();
        assertThat(got().get(got().size() - 1).getString("type")).isEqualTo("drain");
        assertThat(reader.wire.closes()).hasSize(1);
        reader.session.onClosed(reader.wire.closes().get(0));
        fixture.run();
        assertThat(fixture.demoted).hasValue(0);
    }

    @Test
    void getsAMessageLargerThanItsQueue() {
        reader.wire.fill();
        publish(FEED, 20);
        String large = "x".repeat(3_000);
        publisher.send(
                "{'type':'publish','id':21,'channel':'feeds.a','msgId':'large','data':'"
                        + large
                        + "'}");
        publish(FEED, 1);
        for (int i = 0; i < 20; i++) {
            if (reader.wire.empty()) {
                reader.session.onWritable();
            }
            fixture.run();
        }
        assertThat(reader.wire.messages()).anyMatch(text -> text.contains(large));
        reader.read();
        assertThat(got().stream().filter(one -> one.getString("type").equals("message")))
                .hasSize(22);
        assertLives();
    }

    /** Behind by its cursor first, and then too slow for what is published meanwhile. */
    @Test
    void catchesUpAfterAResumeHoweverSlowly() {
        publish(FEED, 60);
        Client late = fixture.client("l");
        late.wire.fill();
        late.send("{'type':'subscribe','id':2,'channel':'feeds.a','since':{'local':'7-1-1'}}");
        for (int i = 0; i < 200; i++) {
            publish(FEED, 2);
            if (late.wire.empty()) {
                late.session.onWritable();
            }
            fixture.run();
        }
        late.read();
        fixture.run();
        assertThat(late.wire.failures()).isEmpty();
        assertThat(late.wire.messages().stream().filter(text -> text.contains("\"message\"")))
                .hasSize(459);
    }
}
