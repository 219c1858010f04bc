package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import io.highwater.identity.Identity;
import io.highwater.outbound.WaterMarks;
import io.highwater.protocol.Position;
import io.highwater.session.SessionFixture.Client;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import jakarta.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionTest {
    private final SessionFixture fixture = new SessionFixture();

    private static List<Integer> closeCodes(Client client) {
        return client.wire.closes().stream().map(CloseStatus::code).toList();
    }

    private static String subscribe(int id, String channel) {
        return "{'type':'subscribe','id':" + id + ",'channel':'" + channel + "'}";
    }

    @AfterEach
    void everyErrorWasCounted() {
        assertThat(fixture.errors).containsExactlyInAnyOrderElementsOf(fixture.errorReplies());
    }

    @Test
    void helloIsDueWithinTenSeconds() {
        Client silent = fixture.connect();
        Client greeted = fixture.client("a");
        Client babbling = fixture.connect();
        fixture.pass(Duration.ofMillis(9_900));
        babbling.send("{'type':'ping','id':1}");
        assertThat(babbling.takeError()).isEqualTo("BAD_REQUEST");
        assertThat(closeCodes(silent)).isEmpty();
        fixture.pass(Duration.ofMillis(200));
        assertThat(closeCodes(silent)).containsExactly(1008);
        assertThat(closeCodes(babbling)).containsExactly(1008);
        assertThat(closeCodes(greeted)).isEmpty();
    }

    @Test
    void welcomeTellsTheNodeAndItsLimits() {
        Client client = fixture.connect();
        client.send("{'type':'hello','client':'a','attempt':3}");
        JsonObject welcome = client.take("welcome");
        assertThat(welcome.containsKey("id")).isFalse();
        assertThat(welcome.getString("node")).isEqualTo("node-1");
        assertThat(welcome.getInt("pingSeconds")).isEqualTo(25);
        assertThat(welcome.getInt("maxMessageBytes")).isEqualTo(65536);
        assertThat(welcome.getString("session")).isNotEmpty();
        assertThat(fixture.reconnects).hasValue(1);
        fixture.client("b");
        assertThat(fixture.reconnects).hasValue(1);
    }

    @Test
    void aMessageInPiecesIsOne() {
        Client client = fixture.client("a");
        byte[] message = "{\"type\":\"ping\",\"id\":8}".getBytes(StandardCharsets.UTF_8);
        client.session.onFragment(Opcode.TEXT, ByteBuffer.wrap(message, 0, 5), false);
        client.session.onFragment(Opcode.CONTINUATION, ByteBuffer.wrap(message, 5, 7), false);
        assertThat(client.left()).isZero();
        client.session.onFragment(
                Opcode.CONTINUATION, ByteBuffer.wrap(message, 12, message.length - 12), true);
        assertThat(client.take("pong").getInt("id")).isEqualTo(8);
        client.send("{'type':'ping','id':9}");
        client.take("pong");
    }

    @Test
    void afterABinaryMessageNothingIsCarriedOut() {
        Client client = fixture.client("a");
        client.session.onFragment(Opcode.BINARY, ByteBuffer.wrap(new byte[] {1}), true);
        assertThat(closeCodes(client)).containsExactly(1003);
        client.publish(2, "c", "m1");
        assertThat(fixture.backbone.drafts).isEmpty();
        assertThat(client.left()).isZero();
    }

    @Test
    void tooManyCommandsAreLimitedAndTheSameAgainIsAnswered() {
        Client client = fixture.client("a");
        for (int i = 2; i <= 200; i++) {
            client.send("{'type':'ping','id':" + i + "}");
            client.take("pong");
        }
        client.send("{'type':'ping','id':201}");
        JsonObject limited = client.take("error");
        assertThat(limited.getString("code")).isEqualTo("RATE_LIMITED");
        assertThat(limited.getInt("id")).isEqualTo(201);
        int retryAfter = limited.getInt("retryAfterMs");
        assertThat(retryAfter).isBetween(1, 12);
        fixture.pass(Duration.ofMillis(retryAfter));
        client.send("{'type':'ping','id':202}");
        assertThat(client.take("pong").getInt("id")).isEqualTo(202);
    }

    @Test
    void tenTimesTooManyEndTheSession() {
        Client client = fixture.client("a");
        for (int i = 1; i < 2_000; i++) {
            client.send("{'type':'ping'}");
        }
        assertThat(closeCodes(client)).isEmpty();
        client.send("{'type':'ping'}");
        assertThat(closeCodes(client)).containsExactly(4429);
    }

    @Test
    void twentyBadRequestsInTenSecondsEndTheSession() {
        Client patient = fixture.client("a");
        for (int i = 0; i < 60; i++) {
            patient.send("{nope");
            assertThat(patient.takeError()).isEqualTo("BAD_REQUEST");
            fixture.pass(Duration.ofMillis(550));
        }
        assertThat(closeCodes(patient)).isEmpty();
        Client hasty = fixture.client("b");
        for (int i = 1; i < 20; i++) {
            hasty.send("{nope");
        }
        assertThat(closeCodes(hasty)).isEmpty();
        hasty.send("{nope");
        assertThat(closeCodes(hasty)).containsExactly(1008);
        assertThat(hasty.left()).isEqualTo(20);
    }

    @Test
    void subscriptionsAreLimitedAndReplacedOnesDoNotCount() {
        Client client = fixture.client("a");
        for (int i = 1; i <= 5; i++) {
            client.send(subscribe(i, "c" + i));
            client.take("subscribed");
        }
        client.send(subscribe(6, "c6"));
        assertThat(client.takeError()).isEqualTo("LIMIT_EXCEEDED");
        client.send(subscribe(7, "c3"));
        assertThat(client.take("subscribed").getInt("id")).isEqualTo(7);
        client.publish(8, "c3", "m1");
        List<String> types = new ArrayList<>();
        for (String message : client.wire.messages().subList(8, client.wire.messages().size())) {
            types.add(Transcript.parse(message).getString("type"));
        }
        assertThat(types).containsExactlyInAnyOrder("message", "published");
        client = fixture.client("b");
        client.send(subscribe(1, "c1"));
        client.take("subscribed");
        client.send("{'type':'unsubscribe','id':2,'channel':'c1'}");
        client.take("unsubscribed");
        client.send("{'type':'unsubscribe','id':3,'channel':'c1'}");
        assertThat(client.takeError()).isEqualTo("NOT_SUBSCRIBED");
    }

    @Test
    void withoutAnIdThereIsNoWordOfSuccess() {
        Client client = fixture.client("a");
        client.send("{'type':'ping'}");
        client.send("{'type':'presence','channel':'c'}");
        client.send("{'type':'history','channel':'c'}");
        client.send(subscribe(2, "c"));
        client.take("subscribed");
        client.send("{'type':'unsubscribe','channel':'c'}");
        assertThat(client.left()).isZero();
        client.send("{'type':'unsubscribe','channel':'c'}");
        JsonObject error = client.take("error");
        assertThat(error.getString("code")).isEqualTo("NOT_SUBSCRIBED");
        assertThat(error.containsKey("id")).isFalse();
    }

    @Test
    void presenceNamesClientsOnceAndCountsSessions() {
        Client a = fixture.client("a");
        Client again = fixture.client("a");
        Client b = fixture.client("b");
        for (Client client : List.of(a, again, b)) {
            client.send(subscribe(2, "c"));
        }
        Client outside = fixture.client("z");
        outside.send("{'type':'presence','id':6,'channel':'c'}");
        JsonObject presence = outside.take("presence");
        assertThat(presence.getInt("count")).isEqualTo(3);
        assertThat(presence.getJsonArray("clients").toString()).isEqualTo("[\"a\",\"b\"]");
        b.session.onClosed(CloseStatus.of(1000));
        fixture.run();
        outside.send("{'type':'presence','id':7,'channel':'c'}");
        assertThat(outside.take("presence").getInt("count")).isEqualTo(2);
        assertThat(fixture.registry.size()).isEqualTo(3);
    }

    @Test
    void aPublishCarriesWhoAndWhatAsItCame() {
        Client client = fixture.client("device-7");
        client.sendRaw(
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"key\":\"k\","
                        + "\"secret\":true,\"data\": {\"a\" :1.0} }");
        assertThat(client.take("published").getString("level")).isEqualTo("memory");
        assertThat(fixture.backbone.drafts).hasSize(1);
        var draft = fixture.backbone.drafts.get(0);
        assertThat(draft.publisher()).isEqualTo("device-7");
        assertThat(draft.secret()).isTrue();
        assertThat(draft.key()).isEqualTo("k");
        assertThat(new String(draft.data(), StandardCharsets.UTF_8)).isEqualTo("{\"a\" :1.0}");
        assertThat(draft.after()).isNull();
    }

    @Test
    void aPublishCarriesWhatItFollows() {
        Client client = fixture.client("device-7");
        client.send(
                "{'type':'publish','id':3,'channel':'c','msgId':'m1','origin':'local',"
                        + "'after':'7-88-105','data':1}");
        client.take("published");
        assertThat(fixture.backbone.drafts.get(0).after())
                .isEqualTo(new Position("local", 7, 88, 105));
        client.send(
                "{'type':'publish','id':4,'channel':'c','msgId':'m2','after':'7-88-105','data':1}");
        JsonObject error = client.take("error");
        assertThat(error.getString("code")).isEqualTo("BAD_REQUEST");
        assertThat(error.getString("message")).isEqualTo("origin: must be there with after");
        assertThat(fixture.backbone.drafts).hasSize(1);
    }

    @Test
    void behindAFailedPublishOthersFailUntilItIsSentAgain() {
        Client client = fixture.client("a");
        fixture.backbone.failing(true);
        client.publish(2, "c", "m1");
        JsonObject unavailable = client.take("error");
        assertThat(unavailable.getString("code")).isEqualTo("UNAVAILABLE");
        assertThat(unavailable.getInt("retryAfterMs")).isEqualTo(800);
        fixture.backbone.failing(false);
        client.publish(3, "c", "m2");
        JsonObject outOfOrder = client.take("error");
        assertThat(outOfOrder.getString("code")).isEqualTo("OUT_OF_ORDER");
        assertThat(outOfOrder.getString("msgId")).isEqualTo("m1");
        client.publish(4, "other", "m3");
        client.take("published");
        fixture.client("b").publish(2, "c", "m9");
        client.publish(5, "c", "m1");
        assertThat(client.take("published").getInt("id")).isEqualTo(5);
        client.publish(6, "c", "m2");
        assertThat(client.take("published").getInt("id")).isEqualTo(6);
    }

    @Test
    void publishesThatAreUnderWayFailBehindOneThatFails() {
        Client client = fixture.client("a");
        fixture.backbone.hold();
        client.publish(2, "c", "m1");
        client.publish(3, "c", "m2");
        client.publish(4, "c", "m1");
        client.publish(5, "c", "m3");
        client.publish(6, "other", "m4");
        assertThat(client.left()).isZero();
        fixture.backbone.failing(true);
        fixture.backbone.letOne();
        assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        JsonObject second = client.take("error");
        assertThat(second.getInt("id")).isEqualTo(3);
        assertThat(second.getString("code")).isEqualTo("OUT_OF_ORDER");
        assertThat(second.getString("msgId")).isEqualTo("m1");
        JsonObject again = client.take("error");
        assertThat(again.getInt("id")).isEqualTo(4);
        assertThat(again.getString("code")).isEqualTo("UNAVAILABLE");
        assertThat(client.takeError()).isEqualTo("OUT_OF_ORDER");
        fixture.backbone.failing(false);
        fixture.backbone.letOne();
        assertThat(client.take("published").getInt("id")).isEqualTo(6);
        client.publish(7, "c", "m3");
        assertThat(client.takeError()).isEqualTo("OUT_OF_ORDER");
        client.publish(8, "c", "m1");
        client.publish(9, "c", "m2");
        assertThat(fixture.backbone.waiting()).isEqualTo(2);
        fixture.backbone.letOne();
        assertThat(client.take("published").getInt("id")).isEqualTo(8);
        fixture.backbone.letOne();
        assertThat(client.take("published").getInt("id")).isEqualTo(9);
    }

    @Test
    void whatFailsInFrontOfOneThatCameTooFastIsToBeSentFirst() {
        Client client = fixture.client("a");
        fixture.backbone.hold();
        client.publish(2, "c", "m1");
        for (int i = 0; i < 198; i++) {
            client.send("{'type':'ping'}");
        }
        client.publish(3, "c", "m2");
        assertThat(client.takeError()).isEqualTo("RATE_LIMITED");
        fixture.backbone.failing(true);
        fixture.backbone.letOne();
        assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        fixture.backbone.failing(false);
        fixture.backbone.holdNoMore();
        fixture.pass(Duration.ofSeconds(5));
        client.publish(4, "c", "m2");
        JsonObject outOfOrder = client.take("error");
        assertThat(outOfOrder.getString("code")).isEqualTo("OUT_OF_ORDER");
        assertThat(outOfOrder.getString("msgId")).isEqualTo("m1");
        client.publish(5, "c", "m1");
        client.publish(6, "c", "m2");
        assertThat(client.take("published").getInt("id")).isEqualTo(5);
        assertThat(client.take("published").getInt("id")).isEqualTo(6);
    }

    @Test
    void aPublishThatCameTooFastHoldsUpItsChannelToo() {
        Client client = fixture.client("a");
        for (int i = 0; i < 199; i++) {
            client.send("{'type':'ping'}");
        }
        client.publish(2, "c", "m1");
        assertThat(client.takeError()).isEqualTo("RATE_LIMITED");
        fixture.pass(Duration.ofSeconds(1));
        client.publish(3, "c", "m2");
        assertThat(client.takeError()).isEqualTo("OUT_OF_ORDER");
        client.publish(4, "c", "m1");
        client.publish(5, "c", "m2");
        assertThat(client.take("published").getInt("id")).isEqualTo(4);
        assertThat(client.take("published").getInt("id")).isEqualTo(5);
    }

    @Test
    void unansweredCommandsHoldBackTheNext() {
        Client client = fixture.client("a");
        fixture.backbone.hold();
        int before = client.wire.demands();
        for (int i = 1; i <= 64; i++) {
            client.publish(i, "c" + i, "m");
        }
        assertThat(client.wire.demands()).isEqualTo(before + 63);
        fixture.backbone.letOne();
        assertThat(client.wire.demands()).isEqualTo(before + 64);
    }

    @Test
    void aClientThatDoesNotReadItsAnswersIsReadNoMore() {
        Client client = fixture.client("a");
        client.wire.fill();
        int asked = 0;
        int demands = client.wire.demands();
        do {
            demands = client.wire.demands();
            client.send("{'type':'ping','id':8}");
            asked++;
        } while (client.wire.demands() > demands && asked < 200);
        assertThat(asked).isEqualTo(51);
        assertThat(client.wire.failures()).isEmpty();
        client.read();
        assertThat(client.wire.demands()).isEqualTo(demands + 1);
        assertThat(client.left()).isEqualTo(51);
    }

    @Test
    void whoIsBehindGetsItInPiecesAndIsNotEvicted() {
        Client publisher = fixture.client("p");
        publisher.publish(1, "c", "m0");
        String position = publisher.take("published").getString("position");
        for (int i = 1; i <= 900; i++) {
            fixture.pass(Duration.ofMillis(10));
            publisher.publish(i, "c", "m" + i);
        }
        Client behind = fixture.client("a");
        behind.wire.fill();
        behind.send(
                "{'type':'subscribe','id':2,'channel':'c','since':{'local':'" + position + "'}}");
        for (int i = 901; i <= 950; i++) {
            fixture.pass(Duration.ofMillis(10));
            publisher.publish(i, "c", "m" + i);
        }
        assertThat(behind.wire.failures()).isEmpty();
        int reads = 0;
        while (behind.left() < 951 && reads++ < 1_000) {
            assertThat(behind.session.queue().queuedMessages()).isLessThanOrEqualTo(100);
            if (behind.wire.empty()) {
                behind.session.onWritable();
            }
        }
        assertThat(reads).isGreaterThan(10);
        behind.take("subscribed");
        for (int i = 1; i <= 950; i++) {
            assertThat(behind.take("message").getString("msgId")).isEqualTo("m" + i);
        }
        behind.read();
        fixture.pass(Duration.ofMillis(10));
        publisher.publish(951, "c", "m951");
        assertThat(behind.take("message").getString("msgId")).isEqualTo("m951");
    }

    @Test
    void whoIsBehindAndDoesNotReadIsEvictedByWhatIsLive() {
        Client publisher = fixture.client("p");
        publisher.publish(1, "c", "m0");
        String position = publisher.take("published").getString("position");
        for (int i = 1; i <= 150; i++) {
            publisher.publish(i, "c", "m" + i);
        }
        Client behind = fixture.client("a");
        behind.wire.fill();
        behind.send(
                "{'type':'subscribe','id':2,'channel':'c','since':{'local':'" + position + "'}}");
        for (int i = 1; i <= 101; i++) {
            assertThat(behind.wire.failures()).isEmpty();
            fixture.pass(Duration.ofMillis(10));
            publisher.publish(i, "c", "live" + i);
        }
        assertThat(behind.wire.failures()).hasSize(1);
        assertThat(behind.wire.failures().get(0).status().code()).isEqualTo(1013);
    }

    @Test
    void afterUnsubscribeNothingIsLeftOfWhatWasMissed() {
        Client publisher = fixture.client("p");
        publisher.publish(1, "c", "m0");
        String position = publisher.take("published").getString("position");
        for (int i = 1; i <= 150; i++) {
            publisher.publish(i, "c", "m" + i);
        }
        Client behind = fixture.client("a");
        behind.wire.fill();
        behind.send(
                "{'type':'subscribe','id':2,'channel':'c','since':{'local':'" + position + "'}}");
        behind.send("{'type':'unsubscribe','id':3,'channel':'c'}");
        for (int i = 0; i < 20; i++) {
            behind.read();
        }
        List<String> messages = behind.wire.messages();
        assertThat(messages).hasSizeLessThan(100);
        assertThat(messages.get(messages.size() - 1)).contains("unsubscribed");
    }

    @Test
    void latestKeepsTheNewestAndSaysWhatItSkipped() {
        Client client = fixture.client("a");
        client.send(subscribe(2, "prices.eur"));
        client.take("subscribed");
        client.wire.fill();
        Client publisher = fixture.client("p");
        for (int i = 1; i <= 300; i++) {
            fixture.pass(Duration.ofMillis(10));
            publisher.publish(i, "prices.eur", "m" + i);
        }
        assertThat(client.wire.failures()).isEmpty();
        client.read();
        int seen = 0;
        int skipped = 0;
        String last = "";
        while (client.left() > 0) {
            JsonObject next = Transcript.parse(client.wire.messages().get(2 + seen));
            if (next.getString("type").equals("skipped")) {
                client.take("skipped");
                skipped += next.getInt("count");
                assertThat(next.getString("channel")).isEqualTo("prices.eur");
                seen++;
            } else {
                last = client.take("message").getString("msgId");
                seen++;
                skipped++;
            }
        }
        assertThat(last).isEqualTo("m300");
        assertThat(skipped).isEqualTo(300);
        assertThat(seen).isLessThan(200);
    }

    @Test
    void theRuleDecidesAndOneThatFailsLetsNobodyIn() {
        List<ChannelClient> asked = new ArrayList<>();
        ChannelRule rule =
                new ChannelRule() {
                    @Override
                    public CompletionStage<ChannelDecision> maySubscribe(
                            ChannelClient client, String channel) {
                        asked.add(client);
                        return ChannelRule.allowedIf(!channel.startsWith("secret"));
                    }

                    @Override
                    public CompletionStage<ChannelDecision> mayPublish(
                            ChannelClient client, String channel) {
                        if (channel.equals("broken")) {
                            throw new IllegalStateException("the rule's own");
                        }
                        return ChannelRule.allowedIf(!channel.startsWith("readonly"));
                    }

                    @Override
                    public CompletionStage<ChannelDecision> maySeePresence(
                            ChannelClient client, String channel) {
                        return FORBIDDEN;
                    }
                };
        SessionFixture ruled = new SessionFixture(rule, WaterMarks.defaults());
        Client client = ruled.client("a");
        client.send(subscribe(2, "secret.1"));
        client.send("{'type':'history','id':3,'channel':'secret.1'}");
        client.publish(4, "readonly", "m1");
        client.publish(5, "broken", "m1");
        client.send("{'type':'presence','id':6,'channel':'open'}");
        for (int id = 2; id <= 6; id++) {
            JsonObject error = client.take("error");
            assertThat(error.getString("code")).isEqualTo("FORBIDDEN");
            assertThat(error.getInt("id")).isEqualTo(id);
        }
        assertThat(ruled.errors)
                .containsExactly(
                        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "rule", "FORBIDDEN", "FORBIDDEN");
        client.send(subscribe(7, "open"));
        client.take("subscribed");
        client.publish(8, "open", "m1");
        assertThat(client.left()).isEqualTo(2);
        assertThat(asked)
                .containsOnly(new ChannelClient("a", Identity.ANONYMOUS, SessionFixture.ADDRESS));
    }

    @Test
    void theRuleHearsWhoTheHandshakeKnows() {
        Identity desk = Identity.of("desk").withClaims(Map.of("floor", 4));
        ChannelRule rule =
                new ChannelRule() {
                    @Override
                    public CompletionStage<ChannelDecision> mayPublish(
                            ChannelClient client, String channel) {
                        return ChannelRule.allowedIf(client.identity().equals(desk));
                    }
                };
        SessionFixture ruled = new SessionFixture(rule, WaterMarks.defaults());
        Client known = ruled.client("a", desk);
        known.publish(2, "c", "m1");
        known.take("published");
        Client unknown = ruled.client("desk");
        unknown.publish(2, "c", "m2");
        assertThat(unknown.takeError()).isEqualTo("FORBIDDEN");
    }

    /** Whoever calls itself like somebody's subject can't have that one's messages suppressed. */
    @ParameterizedTest
    @ValueSource(strings = {"ada", "@ada", "ada@example.com", "#ada"})
    void nobodyPublishesAsAnothersSubject(String subject) {
        String name = subject.replaceAll("[^a-z.]", "");
        Client known = fixture.client("laptop", Identity.of(subject));
        Client impostor = fixture.client(name);
        Client other = fixture.client(subject.equals("ada") ? "x" : "ada", Identity.of("bob"));
        impostor.publish(2, "c", "m1");
        assertThat(impostor.take("published").getBoolean("duplicate")).isFalse();
        other.publish(2, "c", "m1");
        assertThat(other.take("published").getBoolean("duplicate")).isFalse();
        known.publish(2, "c", "m1");
        assertThat(known.take("published").getBoolean("duplicate")).isFalse();
        Client sameUser = fixture.client("phone", Identity.of(subject));
        sameUser.publish(2, "c", "m1");
        assertThat(sameUser.take("published").getBoolean("duplicate")).isTrue();
        assertThat(fixture.backbone.drafts)
                .extracting(Draft::publisher)
                .containsExactly(name, "@bob", "@" + subject, "@" + subject);
    }

    @Test
    void whatTheChannelsCannotDoNowIsUnavailable() {
        Client client = fixture.client("a");
        fixture.backbone.failing(true);
        client.send("{'type':'history','id':3,'channel':'c'}");
        assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        client.send("{'type':'subscribe','id':4,'channel':'c','since':{'local':'1-1-1'}}");
        assertThat(client.takeError()).isEqualTo("UNAVAILABLE");
        fixture.backbone.failing(false);
        client.send("{'type':'unsubscribe','id':5,'channel':'c'}");
        assertThat(client.takeError()).isEqualTo("NOT_SUBSCRIBED");
    }

    @Test
    void aDrainTellsBeforeItCloses() {
        Client client = fixture.client("a");
        client.session.drain(
                io.highwater.wire.OutboundFrame.text("{\"type\":\"drain\"}"),
                CloseStatus.of(CloseStatus.RESTART));
        client.take("drain");
        assertThat(closeCodes(client)).containsExactly(1012);
    }
}
