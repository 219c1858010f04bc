package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.channel.ChannelRule;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import io.highwater.wire.Opcode;
import jakarta.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that leaves a channel, or asks for it anew, while it gets what it missed: nothing of the
 * old subscription comes after the answer.
 */
final class ResubscribeTest {
    private static final WaterMarks MARKS = new WaterMarks(8, 10_000_000, 4, 5_000_000);
    private static final int MISSED = 40;
    private static final int ROUNDS = 400;
    private static final long GUARD_SECONDS = 60;

    private final SessionFixture fixture = new SessionFixture(ChannelRule.NONE, MARKS);
    private final Client publisher = fixture.client("p");
    private String first;

    private void publish(String channel) {
        publisher.publish(1, channel, "m1");
        first = publisher.take("published").getString("position");
        for (int i = 2; i <= MISSED; i++) {
            publisher.publish(i, channel, "m" + i);
        }
    }

    private String subscribe(int id, String channel) {
        return "{'type':'subscribe','id':"
                + id
                + ",'channel':'"
                + channel
                + "','since':{'local':'"
                + first
                + "'}}";
    }

    private static String unsubscribe(int id, String channel) {
        return "{'type':'unsubscribe','id':" + id + ",'channel':'" + channel + "'}";
    }

    /** A command that the channels have not carried out yet. */
    private static void sendOnly(Client client, String message) {
        byte[] text = message.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        client.session.onFragment(Opcode.TEXT, ByteBuffer.wrap(text), true);
    }

    private static List<JsonObject> messages(Client client) {
        return client.wire.messages().stream().map(Transcript::parse).toList();
    }

    private static void readAll(Client client) {
        client.wire.takes(() -> true);
        while (client.wire.empty()) {
            client.session.onWritable();
        }
    }

    private static List<JsonObject> after(Client client, String type, int id) {
        List<JsonObject> all = messages(client);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).getString("type").equals(type) && all.get(i).getInt("id") == id) {
                return all.subList(i + 1, all.size());
            }
        }
        throw new AssertionError("no " + type + " " + id + " in " + all);
    }

    /** The client does not wait for the answer to its subscribe. */
    @ParameterizedTest
    @ValueSource(strings = {"room", "prices.all", "feeds.all"})
    void whoeverLeavesBeforeItsSubscribeIsCarriedOutGetsNothingOnceItHasLeft(String channel) {
        publish(channel);
        Client client = fixture.client("b");
        client.wire.fill();
        sendOnly(client, subscribe(2, channel));
        sendOnly(client, unsubscribe(3, channel));
        fixture.run();
        readAll(client);
        fixture.run();
        assertThat(after(client, "unsubscribed", 3)).isEmpty();
        client.send("{'type':'ping','id':4}");
        assertThat(after(client, "pong", 4)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"room", "prices.all", "feeds.all"})
    void whoeverAsksAnewBeforeItsSubscribeIsCarriedOutGetsAllOnceFromItsAnswerOn(String channel) {
        publish(channel);
        Client client = fixture.client("b");
        client.wire.fill();
        sendOnly(client, subscribe(2, channel));
        sendOnly(client, subscribe(3, channel));
        fixture.run();
        readAll(client);
        fixture.run();
        assertRises(after(client, "subscribed", 3));
    }

    /** From the second on, without a hole. */
    private static void assertRises(List<JsonObject> got) {
        List<String> expected = new ArrayList<>();
        for (int i = 2; i <= MISSED; i++) {
            expected.add("m" + i);
        }
        assertThat(got).extracting(message -> message.getString("msgId")).isEqualTo(expected);
    }

    /** A piece whose read is under way on another thread. */
    @Test
    void aPieceThatIsReadLateIsNotOfferedToALaterSubscription() {
        publish("room");
        Client client = fixture.client("b");
        fixture.backbone.holdReadsAfter(1);
        client.send(subscribe(2, "room"));
        assertThat(fixture.backbone.heldReads()).as("its second piece").isEqualTo(1);
        fixture.backbone.holdReadsAfter(Integer.MAX_VALUE);
        client.send(subscribe(3, "room"));
        fixture.backbone.letReads();
        fixture.run();
        readAll(client);
        assertRises(after(client, "subscribed", 3));
    }

    /** That it can't be read is no fault of a session that has left. */
    @Test
    void aPieceThatFailsLateEndsNobody() {
        publish("room");
        Client client = fixture.client("b");
        fixture.backbone.holdReadsAfter(1);
        client.send(subscribe(2, "room"));
        fixture.backbone.holdReadsAfter(Integer.MAX_VALUE);
        client.send(unsubscribe(3, "room"));
        fixture.backbone.failReads();
        fixture.run();
        assertThat(client.wire.closes()).isEmpty();
        assertThat(client.wire.failures()).isEmpty();
    }

    /** The thread that reads on and offers, against the one that has the session leave. */
    @Test
    void nothingComesOnceAnUnsubscribeIsAnsweredWhoeverReadsMeanwhile() throws Exception {
        publish("room");
        Client client = fixture.client("b");
        CyclicBarrier start = new CyclicBarrier(2);
        CountDownLatch over = new CountDownLatch(1);
        Thread reader =
                new Thread(
                        () -> {
                            try {
                                for (int i = 0; i < ROUNDS; i++) {
                                    start.await(GUARD_SECONDS, TimeUnit.SECONDS);
                                    readAll(client);
                                    start.await(GUARD_SECONDS, TimeUnit.SECONDS);
                                }
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            } finally {
                                over.countDown();
                            }
                        });
        reader.start();
        for (int i = 0; i < ROUNDS; i++) {
            fixture.pass(Duration.ofMillis(50));
            int id = 10 + 2 * i;
            client.wire.fill();
            client.send(subscribe(id, "room"));
            start.await(GUARD_SECONDS, TimeUnit.SECONDS);
            for (int spin = 0; spin < i % 40 * 50; spin++) {
                Thread.onSpinWait();
            }
            client.send(unsubscribe(id + 1, "room"));
            start.await(GUARD_SECONDS, TimeUnit.SECONDS);
            readAll(client);
            assertThat(after(client, "unsubscribed", id + 1)).isEmpty();
            client.wire.forget();
        }
        assertThat(over.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
}
