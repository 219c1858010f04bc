package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.highwater.channel.ChannelRule;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import io.highwater.testing.Ledgers;
import io.highwater.testing.LiveObjects;
import io.highwater.wire.CloseStatus;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sessions make a node keep by the names of channels. */
final class SessionNamesMemoryTest {
    private static SessionFixture fixture(long mostBytes) {
        return new SessionFixture(
                ChannelRule.NONE, WaterMarks.defaults(), Map.of(Account.NAMES, mostBytes));
    }

    private static Book names(SessionFixture fixture) {
        return fixture.ledger.book(Account.NAMES);
    }

    private static String subscribe(int id, String channel) {
        return "{'type':'subscribe','id':" + id + ",'channel':'" + channel + "'}";
    }

    /** All to one channel, or each to channels of its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void subscriptionsAgainstTheHeap(int ownChannels) {
        SessionFixture fixture = fixture(1L << 40);
        int count = 5_000 / Math.max(1, ownChannels);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count + 200; i++) {
            clients.add(fixture.client("a"));
        }
        // What a first reply leaves behind, and the channel that all of them subscribe to.
        for (Client client : clients) {
            client.send("{'type':'ping','id':1}");
            client.wire.forget();
        }
        Client warm = clients.remove(0);
        warm.send(subscribe(1, "all"));
        warm.wire.forget();
        long liveBefore = LiveObjects.bytes();
        long before = names(fixture).bytes();
        for (int i = 0; i < count; i++) {
            Client client = clients.get(i);
            if (ownChannels == 0) {
                client.send(subscribe(2, "all"));
            }
            for (int c = 0; c < ownChannels; c++) {
                client.send(subscribe(2, "channel-" + i + "-" + c));
            }
            assertThat(client.wire.messages()).hasSize(Math.max(1, ownChannels));
            client.wire.forget();
        }
        long live = LiveObjects.bytes() - liveBefore;
        assertThat(names(fixture).bytes() - before).isCloseTo(live, withinPercentage(15));
    }

    @Test
    void aMillionSubscribersOfOneChannelFitTheAccountOfAHeapOfEightGigabytes() {
        double account = (8L << 30) * 0.5 * Account.NAMES.share();
        assertThat(Subscriptions.ONLY_BYTES * 1e6).isLessThan(account / 8 * 7);
    }

    @Test
    void aSubscribeBeyondTheShareIsRefusedUntilThereIsRoom() {
        SessionFixture fixture = fixture(400_000);
        List<Client> clients = new ArrayList<>();
        JsonObject error = null;
        for (int i = 0; error == null; i++) {
            Client client = fixture.client("a");
            clients.add(client);
            client.send(subscribe(7, "own-" + i));
            JsonObject answer = Transcript.parse(last(client));
            error = answer.getString("type").equals("error") ? answer : null;
            assertThat(fixture.ledger.closedTo(client.wire.payer())).isIn(null, Account.NAMES);
        }
        assertThat(error.getInt("id")).isEqualTo(7);
        assertThat(error.getString("code")).isEqualTo("UNAVAILABLE");
        assertThat(error.getInt("retryAfterMs")).isPositive();
        assertThat(names(fixture).bytes()).isBetween(86_000L, 100_000L);

        Client refused = clients.get(clients.size() - 1);
        refused.send(subscribe(8, "own-0"));
        assertThat(Transcript.parse(last(refused)).getString("type")).isEqualTo("error");
        Client good = fixture.client("good", "10.0.0.7");
        good.send(subscribe(1, "own-0"));
        good.send(subscribe(2, "new"));
        assertThat(good.take("subscribed").getInt("id")).isEqualTo(1);
        assertThat(good.take("subscribed").getInt("id")).isEqualTo(2);

        for (Client client : clients.subList(0, 20)) {
            client.session.onClosed(CloseStatus.of(CloseStatus.NORMAL));
        }
        fixture.run();
        refused.send(subscribe(9, "own-0"));
        assertThat(Transcript.parse(last(refused)).getInt("id")).isEqualTo(9);
        assertThat(Transcript.parse(last(refused)).getString("type")).isEqualTo("subscribed");
    }

    @Test
    void aNewcomerSubscribesThoughManyAddressesFilledTheAccount() {
        SessionFixture fixture = fixture(400_000);
        Client small = fixture.client("small", "10.0.1.1");
        small.wire.activity().ageNanos = Duration.ofMinutes(1).toNanos();
        small.send(subscribe(1, "news"));
        List<Client> greedy = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            Client client = fixture.client("greedy", "10.0.2." + i / 4);
            client.wire.activity().ageNanos = Duration.ofSeconds(1).toNanos();
            greedy.add(client);
            for (int channel = 1; channel <= 5; channel++) {
                client.send(subscribe(channel, "own-" + i + "-" + channel));
            }
        }
        Client newcomer = fixture.client("newcomer", "10.0.1.2");
        // One that finds no room makes some for the next, and the account ends just below full.
        for (int id = 1; id <= 3; id++) {
            newcomer.send(subscribe(id, "other-news"));
        }

        assertThat(Transcript.parse(last(newcomer)).getString("type")).isEqualTo("subscribed");
        assertThat(small.wire.closes()).isEmpty();
        assertThat(greedy.stream().flatMap(client -> client.wire.closes().stream()))
                .hasSizeBetween(1, 100)
                .containsOnly(
                        new CloseStatus(
                                CloseStatus.TRY_AGAIN_LATER, "no memory for subscriptions"));
    }

    private static String last(Client client) {
        List<String> messages = client.wire.messages();
        return messages.get(messages.size() - 1);
    }

    /**
     * Commands that the channels have not come to yet. A subscribe shares its channel's name with
     * the subscription, unless that was replaced by a later one: it is charged for both.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'subscribe','id':2,'channel':'CHANNEL'}",
                "{'type':'subscribe','id':2,'channel':'CHANNEL','since':{'ORIGIN':'1-2-3'}}",
                "{'type':'presence','id':2,'channel':'CHANNEL'}"
            })
    void whatWaitsForTheChannelsIsChargedAsMuchAsItTakes(String command) {
        SessionFixture fixture = fixture(1L << 40);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            clients.add(fixture.client("a"));
        }
        long liveBefore = LiveObjects.bytes();
        long before = names(fixture).bytes();
        for (int i = 0; i < 3_000; i++) {
            String text = command.replace("CHANNEL", "c".repeat(190) + i);
            clients.get(i % 600)
                    .sendAhead(text.replace("ORIGIN", "\u4e2d".repeat(190)).replace('\'', '"'));
        }
        long live = LiveObjects.bytes() - liveBefore;
        assertThat(names(fixture).bytes() - before).isBetween(live / 20 * 19, live * 2);
        fixture.run();
        assertThat(fixture.errorReplies()).isEmpty();
    }

    @Test
    void aCommandForWhichThereIsNoRoomIsAnsweredAtOnceAndMayComeAgain() {
        SessionFixture fixture = fixture(400_000);
        Client client = fixture.client("a");
        client.send(subscribe(1, "first"));
        assertThat(client.take("subscribed").getInt("id")).isEqualTo(1);
        long before = names(fixture).bytes();
        Client good = fixture.client("good", "10.0.0.7");
        List<Client> others = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            others.add(fixture.client("b"));
        }
        String presence = "{\"type\":\"presence\",\"id\":2,\"channel\":\"first\"}";
        int asked = 0;
        while (fixture.errors.isEmpty()) {
            others.get(asked).sendAhead(presence);
            asked++;
        }
        JsonObject refused = others.get(asked - 1).take("error");
        assertThat(refused.getString("code")).isEqualTo("UNAVAILABLE");
        assertThat(refused.getInt("retryAfterMs")).isPositive();

        client.sendAhead(subscribe(3, "first").replace('\'', '"'));
        assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        good.sendAhead(subscribe(1, "first").replace('\'', '"'));
        fixture.run();
        assertThat(good.take("subscribed").getInt("id")).isEqualTo(1);
        assertThat(others.get(0).take("presence").getInt("id")).isEqualTo(2);

        good.session.onClosed(CloseStatus.of(CloseStatus.NORMAL));
        client.send(subscribe(4, "first"));
        assertThat(client.take("subscribed").getInt("id")).isEqualTo(4);
        assertThat(names(fixture).bytes()).isEqualTo(before);
    }

    @Test
    void whatASessionHadIsGivenBack() {
        SessionFixture fixture = fixture(400_000);
        Client client = fixture.client("a");
        for (int i = 1; i <= 5; i++) {
            client.send(subscribe(i, "c" + i));
        }
        client.send(subscribe(6, "c1"));
        client.send("{'type':'unsubscribe','channel':'c2'}");
        assertThat(names(fixture).bytes()).isBetween(2_000L, 4_000L);
        for (int i = 3; i <= 5; i++) {
            client.send("{'type':'unsubscribe','channel':'c" + i + "'}");
        }
        long one = names(fixture).bytes();
        Client other = fixture.client("b");
        other.send(subscribe(1, "d1"));
        assertThat(names(fixture).bytes()).isEqualTo(2 * one);
        for (Client each : List.of(client, other)) {
            each.session.onClosed(CloseStatus.of(CloseStatus.NORMAL));
        }
        fixture.run();
        assertThat(names(fixture).bytes()).isZero();
        assertThat(client.wire.payer().bytes(Account.NAMES)).isZero();
    }

    @Test
    void whoResumesAForgottenChannelIsToldSoAndGoesOn() {
        SessionFixture fixture = fixture(40_000);
        Client client = fixture.client("a", "10.0.0.1");
        client.publish(2, "lost", "m1");
        String position = client.take("published").getString("position");
        fixture.pass(Duration.ofMinutes(3));
        for (int i = 0; i < 400; i++) {
            Client one = fixture.client("b", "10.0.1." + i % 60);
            one.publish(2, "name-" + i, "m");
            fixture.pass(Duration.ofSeconds(2));
            one.session.onClosed(CloseStatus.of(CloseStatus.NORMAL));
        }
        fixture.pass(Duration.ofMinutes(3));
        client.send(
                "{'type':'subscribe','id':3,'channel':'lost','since':{'local':'"
                        + position
                        + "'}}");
        JsonObject answer = client.take("subscribed");
        assertThat(answer.getBoolean("recovered")).isFalse();
        assertThat(answer.getString("reason")).isEqualTo("UNKNOWN_GENERATION");
        client.publish(4, "lost", "m2");
        String next = client.take("published").getString("position");
        assertThat(next).endsWith("-1").isNotEqualTo(position);
    }

    @Test
    void channelsThatAFailedPublishHoldsUpAreCharged() {
        SessionFixture fixture = fixture(200_000);
        fixture.backbone.failing(true);
        Client client = fixture.client("a");
        for (int i = 0; i < 20; i++) {
            client.publish(i + 1, "held-" + i, "m");
        }
        assertThat(names(fixture).bytes()).isBetween(20 * 150L, 20 * 300L);
        fixture.backbone.failing(false);
        client.publish(30, "held-3", "m");
        fixture.backbone.failing(true);
        for (int i = 20; i < 400; i++) {
            client.publish(i + 1, "held-" + i, "m");
            if (i % 40 == 0) {
                fixture.pass(Duration.ofSeconds(1));
            }
        }
        assertThat(client.wire.closes()).extracting(CloseStatus::code).containsExactly(4429);
        assertThat(names(fixture).bytes()).isLessThanOrEqualTo(50_000);
        client.session.onClosed(CloseStatus.of(CloseStatus.TOO_MANY_COMMANDS));
        fixture.pass(Duration.ofMinutes(3));
        assertThat(Ledgers.payer(fixture.ledger, "10.0.0.9").bytes(Account.NAMES))
                .as("but for the name that was published to")
                .isLessThan(400);
    }
}
