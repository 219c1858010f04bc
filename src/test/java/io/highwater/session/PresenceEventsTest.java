package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a client hears that asks who comes and goes. */
final class PresenceEventsTest {
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final String SUBSCRIBE = "{'type':'subscribe','id':2,'channel':'c'}";
    private static final String WATCH = "{'type':'subscribe','id':2,'channel':'c','presence':true}";

    private final SessionFixture fixture = new SessionFixture();

    private void pass() {
        fixture.pass(ROUND);
        fixture.run();
    }

    private static List<String> names(JsonObject event, String of) {
        return event.getJsonObject(of).getJsonArray("clients").getValuesAs(JsonString::getString);
    }

    @Test
    void firstAllThenWhoCameAndWent() {
        fixture.client("a").send(SUBSCRIBE);
        Client watcher = fixture.client("w");
        watcher.send(WATCH);
        watcher.take("subscribed");
        pass();
        JsonObject first = watcher.take("presence");
        assertThat(first.getBoolean("snapshot")).isTrue();
        assertThat(first.getInt("count")).isEqualTo(2);
        assertThat(names(first, "joined")).containsExactlyInAnyOrder("a", "w");
        assertThat(first).doesNotContainKeys("id", "left");

        Client b = fixture.client("b");
        b.send(SUBSCRIBE);
        pass();
        JsonObject joined = watcher.take("presence");
        assertThat(joined).doesNotContainKeys("id", "left", "snapshot");
        assertThat(joined.getInt("count")).isEqualTo(3);
        assertThat(names(joined, "joined")).containsExactly("b");
        b.send("{'type':'unsubscribe','id':3,'channel':'c'}");
        pass();
        JsonObject left = watcher.take("presence");
        assertThat(left).doesNotContainKey("joined");
        assertThat(left.getJsonObject("left").getInt("count")).isEqualTo(1);
        assertThat(names(left, "left")).containsExactly("b");
        assertThat(b.take("subscribed")).isNotNull();
        assertThat(b.take("unsubscribed")).as("others are told nothing").isNotNull();
        assertThat(b.left()).isZero();
    }

    @Test
    void nothingComesAfterTheUnsubscribe() {
        Client watcher = fixture.client("w");
        watcher.send(WATCH);
        watcher.take("subscribed");
        fixture.client("a").send(SUBSCRIBE);
        watcher.send("{'type':'unsubscribe','id':3,'channel':'c'}");
        watcher.take("unsubscribed");
        pass();
        assertThat(watcher.left()).isZero();
    }

    /** Others come and go while it reads nothing: that must not fill its queue. */
    @Test
    void aClientThatDoesNotReadIsToldOnceItDoes() {
        Client watcher = fixture.client("w");
        watcher.send(WATCH);
        watcher.take("subscribed");
        pass();
        watcher.take("presence");
        watcher.wire.fill();
        for (int i = 0; i < 30; i++) {
            watcher.publish(9, "c", "m" + i);
            pass();
        }
        int queued = watcher.session.queue().queuedMessages();
        for (int i = 0; i < 10; i++) {
            fixture.client("c" + i).send(SUBSCRIBE);
            pass();
        }
        assertThat(watcher.session.queue().queuedMessages()).isEqualTo(queued);
        watcher.read();
        pass();
        JsonObject last = null;
        while (watcher.left() > 0) {
            List<String> messages = watcher.wire.messages();
            last = Transcript.parse(messages.get(messages.size() - watcher.left()));
            watcher.take(last.getString("type"));
        }
        assertThat(last.getBoolean("snapshot")).isTrue();
        assertThat(last.getInt("count")).isEqualTo(11);
    }

    @Test
    void whoMayNotSeeWhoIsThereMayNotSubscribeLikeThat() {
        SessionFixture strict =
                new SessionFixture(
                        new ChannelRule() {
                            @Override
                            public CompletionStage<ChannelDecision> maySeePresence(
                                    ChannelClient client, String channel) {
                                return ChannelRule.allowedIf(client.name().equals("admin"));
                            }
                        },
                        WaterMarks.defaults());
        Client user = strict.client("user");
        user.send(WATCH);
        assertThat(user.takeError()).isEqualTo("FORBIDDEN");
        user.send(SUBSCRIBE);
        user.take("subscribed");
        Client admin = strict.client("admin");
        admin.send(WATCH);
        admin.take("subscribed");
    }

    @Test
    void whatIsNoBooleanIsRefused() {
        Client client = fixture.client("a");
        client.send("{'type':'subscribe','id':2,'channel':'c','presence':1}");
        assertThat(client.take("error").getString("message"))
                .isEqualTo("presence: must be true or false");
        client.send("{'type':'subscribe','id':2,'channel':'c','presence':false}");
        client.take("subscribed");
        pass();
        assertThat(client.left()).isZero();
    }
}
