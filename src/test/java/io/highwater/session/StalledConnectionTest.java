package io.highwater.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RawStreams;
import io.highwater.testing.TestServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An HTTP/2 client that lets one stream use up the window of its connection. Its other streams get
 * nothing meanwhile, open as their own windows are: a queue each, judged each by itself. Times are
 * guards.
 */
@Timeout(60)
final class StalledConnectionTest {
    /** What every connection may send before the first WINDOW_UPDATE (RFC 9113 section 6.9.2). */
    private static final int CONNECTION_WINDOW = 65_535;

    private static final int MARK = 20;

    private TestServer server;
    private RawStreams stalled;
    private RawStreams reading;
    private RawStreams publisher;
    private int publishing;
    private int published;

    /** Of the DATA frames that came, without their headers. */
    private int sent;

    @BeforeEach
    void connect() throws IOException {
        server =
                TestServer.start(
                        Map.of(
                                "highwater.keepalive.ping-interval",
                                "0s",
                                "highwater.outbound.high-messages",
                                String.valueOf(MARK),
                                "highwater.outbound.low-messages",
                                String.valueOf(MARK / 2)));
        stalled = RawStreams.connect(server.http());
        reading = RawStreams.connect(server.http());
        publisher = RawStreams.connect(server.http());
        publisher.widen(0, 1 << 24);
        publishing = publisher.open(Sessions.PATH, Sessions.SUBPROTOCOL);
        publisher.widen(publishing, 1 << 24);
        publisher.sendText(publishing, "{\"type\":\"hello\",\"id\":1,\"client\":\"p\"}");
        assertThat(text(publisher, publishing)).contains("welcome");
    }

    @AfterEach
    void close() throws IOException {
        stalled.close();
        reading.close();
        publisher.close();
        server.close();
    }

    private String text(RawStreams connection, int stream) throws IOException {
        byte[] payload = connection.next(stream, RawStreams.DATA).payload();
        sent += connection == stalled ? payload.length : 0;
        return new String(payload, UTF_8);
    }

    private int subscribe(RawStreams connection, String channel) throws IOException {
        int stream = connection.open(Sessions.PATH, Sessions.SUBPROTOCOL);
        connection.sendText(stream, "{\"type\":\"hello\",\"id\":1,\"client\":\"c\"}");
        assertThat(text(connection, stream)).contains("welcome");
        connection.sendText(
                stream, "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        assertThat(text(connection, stream)).contains("subscribed");
        return stream;
    }

    private void publish(String channel, String data) throws IOException {
        published++;
        String command =
                String.format(
                        "{\"type\":\"publish\",\"id\":%d,\"channel\":\"%s\",\"msgId\":\"m%d\","
                                + "\"data\":%s}",
                        published, channel, published, data);
        publisher.write(RawStreams.DATA, 0, publishing, frame(command));
        assertThat(text(publisher, publishing)).contains("published");
    }

    /** With a mask of zeros, and a length of two bytes, as most of these need. */
    private static byte[] frame(String text) {
        byte[] payload = (text + " ".repeat(Math.max(0, 126 - text.length()))).getBytes(UTF_8);
        return ByteBuffer.allocate(8 + payload.length)
                .put((byte) 0x81)
                .put((byte) (0x80 | 126))
                .putShort((short) payload.length)
                .putInt(0)
                .put(payload)
                .array();
    }

    /** One stream, whose own window is wide, takes all of the connection's. */
    private int stall() throws IOException {
        int greedy = subscribe(stalled, "big");
        stalled.widen(greedy, 1 << 20);
        String filling = "\"" + ".".repeat(9_000) + "\"";
        for (int i = 0; i < 9; i++) {
            publish("big", filling);
        }
        while (sent < CONNECTION_WINDOW) {
            text(stalled, greedy);
        }
        assertThat(sent).isEqualTo(CONNECTION_WINDOW);
        return greedy;
    }

    /** The WebSocket frames of a stream that come until {@code last} has. */
    private List<String> untilText(int stream, String last) throws IOException {
        List<String> got = new ArrayList<>();
        while (got.isEmpty() || !got.get(got.size() - 1).contains(last)) {
            got.addAll(frames(stalled.next(stream, RawStreams.DATA).payload()));
        }
        return got;
    }

    /** Those that stand in one DATA frame, as small ones do. */
    private static List<String> frames(byte[] data) {
        List<String> frames = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(data);
        while (rest.hasRemaining()) {
            rest.get();
            int length = rest.get();
            byte[] payload = new byte[length == 126 ? rest.getShort() : length];
            rest.get(payload);
            frames.add(new String(payload, UTF_8));
        }
        return frames;
    }

    @Test
    void aStallThatPassesInTimeCostsTheOthersNothing() throws IOException {
        int waiting = subscribe(stalled, "small");
        int idle = subscribe(stalled, "silent");
        int elsewhere = subscribe(reading, "small");
        int greedy = stall();
        for (int i = 0; i < MARK - 5; i++) {
            publish("small", String.valueOf(i));
            assertThat(text(reading, elsewhere)).contains("\"data\":" + i);
        }
        assertThat(stalled.waiting(waiting)).isZero();

        stalled.widen(0, 1 << 20);
        List<String> got = untilText(waiting, "\"data\":" + (MARK - 6));
        assertThat(got).hasSize(MARK - 5);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i)).contains("\"data\":" + i);
        }
        for (int stream : List.of(waiting, idle, greedy)) {
            stalled.sendText(stream, "{\"type\":\"ping\",\"id\":7}");
        }
        assertThat(text(stalled, idle)).contains("pong");
        assertThat(untilText(waiting, "pong")).hasSize(1);
    }

    @Test
    void ofAStalledConnectionOnlyStreamsThatPassTheirMarkEnd() throws IOException {
        int waiting = subscribe(stalled, "small");
        int little = subscribe(stalled, "little");
        int idle = subscribe(stalled, "silent");
        int elsewhere = subscribe(reading, "small");
        stall();
        publish("little", "1");
        for (int i = 0; i < 2 * MARK; i++) {
            publish("small", String.valueOf(i));
            assertThat(text(reading, elsewhere)).contains("\"data\":" + i);
        }

        stalled.widen(0, 1 << 20);
        byte[] last = stalled.next(waiting, RawStreams.DATA).payload();
        while ((last[0] & 0xF) != 8) {
            last = stalled.next(waiting, RawStreams.DATA).payload();
        }
        assertThat(((last[2] & 0xFF) << 8) | (last[3] & 0xFF)).isEqualTo(1013);
        assertThat(untilText(little, "\"data\":1")).hasSize(1);
        stalled.sendText(idle, "{\"type\":\"ping\",\"id\":7}");
        assertThat(text(stalled, idle)).contains("pong");
        reading.sendText(elsewhere, "{\"type\":\"ping\",\"id\":7}");
        assertThat(text(reading, elsewhere)).contains("pong");
    }
}
