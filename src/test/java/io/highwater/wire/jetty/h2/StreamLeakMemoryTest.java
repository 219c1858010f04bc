package io.highwater.wire.jetty.h2;

import static io.highwater.testing.RawStreams.DATA;
import static io.highwater.testing.RawStreams.END_STREAM;
import static io.highwater.testing.RawStreams.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.LiveObjects;
import io.highwater.testing.RawStreams;
import io.highwater.testing.TestServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However a client ends its half, a closed WebSocket leaves no stream behind (RFC 8441 section 5).
 */
class StreamLeakMemoryTest {
    private static final int SOCKETS = 200;

    /** Jetty forgot one stream in a thousand where the two ends of a stream crossed (#15657). */
    private static final int CROSSING_SOCKETS = 4_000;

    private static final int CANCEL = 8;

    /** A Ping may come before any message, on a machine that takes its time. */
    private static final Map<String, String> UNPINGED =
            Map.of(
                    "highwater.keepalive.ping-interval", "0",
                    "highwater.keepalive.idle-timeout", "1h");

    /** Who closes, and how the client ends its half of the stream. */
    enum Ending {
        END_STREAM_WITH_CLOSE,
        END_STREAM_AFTER_CLOSE,
        RST_STREAM_AFTER_CLOSE,
        NOTHING,
        SERVER_CLOSES_THEN_END_STREAM,
        SERVER_CLOSES_THEN_NOTHING
    }

    @ParameterizedTest
    @EnumSource
    void closedSocketsLeaveNoStreamBehind(Ending ending) throws IOException {
        try (TestServer server = TestServer.start(UNPINGED);
                RawStreams client = RawStreams.connect(server.http())) {
            List<Integer> unended = new ArrayList<>();
            int sockets = ending == Ending.END_STREAM_AFTER_CLOSE ? CROSSING_SOCKETS : SOCKETS;
            for (int i = 0; i < sockets; i++) {
                int stream = client.open(isServers(ending) ? "/test/close" : "/v1/echo");
                closeOne(client, stream, ending);
                if (ending == Ending.NOTHING || ending == Ending.SERVER_CLOSES_THEN_NOTHING) {
                    unended.add(stream);
                }
            }
            // A peer that never ends its half is reset when its time is over.
            for (int stream : unended) {
                client.next(stream, RST_STREAM);
            }
            int last = client.open("/v1/echo");
            client.sendText(last, "still here");
            assertThat(client.nextMessage(last)).isEqualTo("still here");
            await().untilAsserted(
                            () -> {
                                assertThat(LiveObjects.count(BoundedStream.class)).isEqualTo(1);
                                assertThat(LiveObjects.count(StreamTransport.class)).isEqualTo(1);
                            });
        }
    }

    private static boolean isServers(Ending ending) {
        return ending == Ending.SERVER_CLOSES_THEN_END_STREAM
                || ending == Ending.SERVER_CLOSES_THEN_NOTHING;
    }

    private static void closeOne(RawStreams client, int stream, Ending ending) throws IOException {
        if (isServers(ending)) {
            client.sendText(stream, "1000 bye");
            assertThat(client.nextMessage(stream)).endsWith("bye");
            client.sendClose(stream, 0, 1000);
        } else {
            client.sendText(stream, "hello");
            assertThat(client.nextMessage(stream)).isEqualTo("hello");
            client.sendClose(stream, ending == Ending.END_STREAM_WITH_CLOSE ? END_STREAM : 0, 1000);
            assertThat(client.next(stream, DATA).payload()[0]).isEqualTo((byte) 0x88);
        }
        while (!client.next(stream).isEndStream()) {
            // What is left of the server's half.
        }
        switch (ending) {
            case END_STREAM_AFTER_CLOSE, SERVER_CLOSES_THEN_END_STREAM ->
                    client.write(DATA, END_STREAM, stream, new byte[0]);
            case RST_STREAM_AFTER_CLOSE ->
                    client.write(
                            RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
            default -> {}
        }
    }
}
