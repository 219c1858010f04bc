package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.identity.Identity;
import io.highwater.session.SessionFixture.Client;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In channels that say so, subscribers are told the subject that published a message. */
final class ToldPublisherTest {
    private static final Identity ZOE = Identity.of("zoë@example.com");

    private final SessionFixture fixture = new SessionFixture();

    private Client subscribed(String channel, String since) {
        Client client = fixture.client("reader");
        client.send("{'type':'subscribe','id':2,'channel':'" + channel + "'" + since + "}");
        client.take("subscribed");
        return client;
    }

    private static String publisher(JsonObject message) {
        return message.getString("publisher", "nobody");
    }

    @ParameterizedTest
    @CsvSource({
        "signed.room, zoë@example.com",
        "ephemeral:signed.room, zoë@example.com",
        "room, nobody",
        "ephemeral:room, nobody",
        "signed, nobody"
    })
    void liveMessagesTellItWhereItIsConfigured(String channel, String told) {
        Client reader = subscribed(channel, "");
        fixture.client("zoe", ZOE).publish(3, channel, "m1");
        assertThat(publisher(reader.take("message"))).isEqualTo(told);
    }

    /** What a client calls itself is nothing that anybody should believe. */
    @ParameterizedTest
    @ValueSource(strings = {"signed.room", "ephemeral:signed.room"})
    void theNameOfAClientWithoutASubjectIsNotTold(String channel) {
        Client reader = subscribed(channel, "");
        fixture.client("zoe").publish(3, channel, "m1");
        assertThat(reader.take("message")).doesNotContainKey("publisher");
    }

    @ParameterizedTest
    @CsvSource({"signed.room, zoë@example.com", "room, nobody"})
    void messagesFromTheLogTellItToo(String channel, String told) {
        Client zoe = fixture.client("zoe", ZOE);
        zoe.publish(3, channel, "m1");
        zoe.publish(4, channel, "m2");
        Client latest = subscribed(channel, ",'since':'latest'");
        assertThat(publisher(latest.take("message"))).isEqualTo(told);

        String position = zoe.take("published").getString("position");
        Client resumed = subscribed(channel, ",'since':{'local':'" + position + "'}");
        assertThat(publisher(resumed.take("message"))).isEqualTo(told);

        Client asking = fixture.client("asking");
        asking.send("{'type':'history','id':5,'channel':'" + channel + "'}");
        JsonObject history = asking.take("history");
        assertThat(history.getJsonArray("messages")).hasSize(2);
        for (JsonValue message : history.getJsonArray("messages")) {
            assertThat(publisher(message.asJsonObject())).isEqualTo(told);
        }
    }

    @Test
    void aSubjectThatIsTooLongToBeKeptIsNotTold() {
        Client reader = subscribed("signed.room", "");
        fixture.client("x", Identity.of("x".repeat(1_001))).publish(3, "signed.room", "m1");
        assertThat(reader.take("message")).doesNotContainKey("publisher");
    }
}
