package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelRule;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a session does differently in channels of which nothing is kept. */
final class EphemeralChannelsTest {
    private static final String CHANNEL = "ephemeral:cursors";

    private final SessionFixture fixture =
            new SessionFixture(ChannelRule.NONE, new WaterMarks(100, 1 << 20, 10, 5_000));

    private Client subscribed(String name) {
        Client client = fixture.client(name);
        client.send("{'type':'subscribe','id':2,'channel':'" + CHANNEL + "'}");
        JsonObject subscribed = client.take("subscribed");
        assertThat(subscribed.getBoolean("recovered")).isTrue();
        assertThat(subscribed).doesNotContainKey("cursor");
        return client;
    }

    @Test
    void neitherMessagesNorAnswersHavePositions() {
        Client client = subscribed("a");
        client.publish(3, CHANNEL, "m1");
        JsonObject published = client.take("published");
        assertThat(published.getString("level")).isEqualTo("ephemeral");
        assertThat(published).doesNotContainKeys("origin", "position");
        assertThat(client.take("message")).doesNotContainKeys("origin", "position");
        assertThat(fixture.backbone.drafts).isEmpty();
    }

    /** In a channel with a log, it would have to be sent again first. */
    @Test
    void aPublishThatFailedHoldsUpNothing() {
        Client client = fixture.client("a");
        for (int i = 0; i < 199; i++) {
            client.send("{'type':'ping'}");
        }
        client.publish(2, CHANNEL, "m1");
        assertThat(client.takeError()).isEqualTo("RATE_LIMITED");
        fixture.pass(Duration.ofSeconds(1));
        client.publish(3, CHANNEL, "m2");
        assertThat(client.take("published").getInt("id")).isEqualTo(3);
    }

    /** Nobody reads, so the shard does not run and the backlog fills. */
    @Test
    void nothingIsTakenWhileTheFanOutIsBehind() {
        Client client = subscribed("a");
        String publish =
                String.format(
                        "{'type':'publish','id':3,'channel':'%s','msgId':'m','data':'%s'}",
                        CHANNEL, "x".repeat(60_000));
        int taken = 0;
        JsonObject answer;
        do {
            fixture.pass(Duration.ofSeconds(1));
            client.sendAhead(publish.replace('\'', '"'));
            answer =
                    Transcript.parse(client.wire.messages().get(client.wire.messages().size() - 1));
            taken++;
        } while (answer.getString("type").equals("published") && taken < 1_000);
        assertThat(answer.getString("code")).isEqualTo("UNAVAILABLE");
        assertThat(answer.getInt("retryAfterMs")).isPositive();
        assertThat(taken).isBetween(50, 500);
    }

    /** Nobody is promised the others: no skipped, no eviction. */
    @Test
    void whoReadsSlowlyGetsTheNewestAndIsNotEnded() {
        Client reader = subscribed("reader");
        Client publisher = fixture.client("publisher");
        reader.wire.fill();
        for (int i = 0; i < 150; i++) {
            fixture.pass(Duration.ofSeconds(1));
            publisher.publish(3 + i, CHANNEL, "m" + i);
        }
        assertThat(reader.wire.closes()).isEmpty();
        assertThat(reader.wire.failures()).isEmpty();
        reader.read();
        List<String> heard = new ArrayList<>();
        while (reader.left() > 0) {
            heard.add(reader.take("message").getString("msgId"));
        }
        assertThat(heard).hasSizeBetween(50, 101).endsWith("m148", "m149");
    }
}
