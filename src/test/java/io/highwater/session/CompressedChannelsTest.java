package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.DeflateContext;
import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Frame;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Channels compressed, through a whole node. */
@Timeout(120)
final class CompressedChannelsTest {
    private static final Map<String, String> NO_LIMIT =
            Map.of(
                    "highwater.keepalive.ping-interval",
                    "0",
                    "highwater.limits.commands-per-second",
                    "1000000",
                    "highwater.limits.commands-burst",
                    "1000000");
    private static final String DATA =
            "{\"symbol\":\"EURUSD\",\"bid\":1.08421,\"ask\":1.08425,\"venue\":\"EBS\",\"size\":\"%d\"}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(NO_LIMIT);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A client of highwater.v1 that offers compression, with what it knows of it. */
    private static final class Client implements AutoCloseable {
        final FrameClient frames;
        final DeflateContext context = new DeflateContext();
        Frame last;

        Client(Protocol protocol, String name) {
            frames =
                    FrameClient.open(
                            protocol,
                            server,
                            Sessions.PATH,
                            "Sec-WebSocket-Protocol",
                            Sessions.SUBPROTOCOL,
                            DeflateContext.HEADER,
                            DeflateContext.OFFER);
            assertThat(frames.header(DeflateContext.HEADER))
                    .isEqualTo("permessage-deflate; client_max_window_bits=12");
            say("{\"type\":\"hello\",\"id\":1,\"client\":\"" + name + "\"}");
            next("welcome");
        }

        void say(String json) {
            context.text(frames, json);
        }

        void subscribe(String channel) {
            say("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
            next("subscribed");
        }

        void publish(String channel, int number, String more) {
            say(
                    "{\"type\":\"publish\",\"id\":3,\"channel\":\""
                            + channel
                            + "\",\"msgId\":\"m"
                            + number
                            + "\""
                            + more
                            + ",\"data\":"
                            + String.format(DATA, number)
                            + "}");
        }

        JsonObject next(String type) {
            last = frames.nextMessage();
            String text = context.read(last);
            JsonObject message = Transcript.parse(text);
            assertThat(message.getString("type")).as(text).isEqualTo(type);
            return message;
        }

        @Override
        public void close() {
            frames.close();
            context.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void subscribersShareTheBytesOfATurn(Protocol protocol) {
        List<Client> subscribers = new ArrayList<>();
        try (Client publisher = new Client(protocol, "p")) {
            for (int i = 0; i < 5; i++) {
                Client subscriber = new Client(protocol, "s" + i);
                subscribers.add(subscriber);
                subscriber.subscribe("shared" + protocol);
            }
            int first = 0;
            for (int i = 0; i < 50; i++) {
                publisher.publish("shared" + protocol, i, "");
                publisher.next("published");
                byte[] payload = null;
                for (Client subscriber : subscribers) {
                    JsonObject message = subscriber.next("message");
                    assertThat(message.getString("msgId")).isEqualTo("m" + i);
                    assertThat(subscriber.last.rsv1()).isTrue();
                    payload = payload == null ? subscriber.last.payload() : payload;
                    assertThat(subscriber.last.payload()).isEqualTo(payload);
                }
                first = i == 0 ? payload.length : first;
                assertThat(payload.length).isLessThan(i == 0 ? 200 : first * 2 / 3);
            }
        } finally {
            subscribers.forEach(Client::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecretIsPlainForAllWhereverItComesUp(Protocol protocol) {
        String channel = "secrets" + protocol;
        try (Client publisher = new Client(protocol, "p");
                Client live = new Client(protocol, "s");
                Client late = new Client(protocol, "l")) {
            live.subscribe(channel);
            publisher.publish(channel, 1, ",\"key\":\"a\"");
            publisher.publish(channel, 2, ",\"key\":\"b\",\"secret\":true");
            publisher.publish(channel, 3, ",\"key\":\"c\"");
            for (int i = 1; i <= 3; i++) {
                live.next("message");
                assertThat(live.last.rsv1()).as("message " + i).isEqualTo(i != 2);
            }
            late.say(
                    "{\"type\":\"subscribe\",\"id\":2,\"channel\":\""
                            + channel
                            + "\",\"since\":\"latest\"}");
            late.next("subscribed");
            for (int i = 1; i <= 3; i++) {
                late.next("message");
                assertThat(late.last.rsv1()).as("snapshot " + i).isEqualTo(i != 2);
            }
            late.say("{\"type\":\"history\",\"id\":5,\"channel\":\"" + channel + "\"}");
            assertThat(late.next("history").getJsonArray("messages")).hasSize(3);
            assertThat(late.last.rsv1()).as("a page with a secret").isFalse();
        }
    }

    @Test
    void whoJoinsLaterAndWhoIsAnsweredInBetweenReadTheSame() {
        List<Client> all = new ArrayList<>();
        try {
            for (int round = 0; round < 20; round++) {
                Client joining = new Client(Protocol.values()[round % 2], "c" + round);
                all.add(joining);
                joining.subscribe("mixed");
                for (int i = 0; i < 10; i++) {
                    Client busy = all.get((round + i) % all.size());
                    busy.say("{\"type\":\"presence\",\"id\":6,\"channel\":\"mixed\"}");
                    busy.next("presence");
                    Client publisher = all.get(i % all.size());
                    publisher.publish("mixed", round * 10 + i, "");
                    for (Client client : all) {
                        if (client != publisher) {
                            assertThat(client.next("message").getString("msgId"))
                                    .isEqualTo("m" + (round * 10 + i));
                        }
                    }
                    JsonObject one =
                            Transcript.parse(
                                    publisher.context.read(publisher.frames.nextMessage()));
                    JsonObject two =
                            Transcript.parse(
                                    publisher.context.read(publisher.frames.nextMessage()));
                    assertThat(List.of(one.getString("type"), two.getString("type")))
                            .containsExactlyInAnyOrder("published", "message");
                }
            }
        } finally {
            all.forEach(Client::close);
        }
    }
}
