package io.highwater.wire.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import io.highwater.session.Sessions;
import io.highwater.testing.AccountedHeap;
import io.highwater.testing.RawSockets;
import io.highwater.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is charged for messages on their way in is what they keep of the heap. */
@Timeout(120)
final class InboundMemoryTest {
    private static final int SESSIONS = 300;

    /** Of those that keep little, so that the process by itself is nothing beside them. */
    private static final int MANY_SESSIONS = 2_000;

    private static final String ENDPOINT = "/test/close";
    private static final int TEXT = 0x81;
    private static final int TEXT_TO_BE_CONTINUED = 0x01;
    private static final int COMPRESSED = 0xC1;
    private static final Pattern INBOUND =
            Pattern.compile("highwater_account_bytes\\{account=\"inbound\"\\} ([0-9.E]+)");

    /** They answer no Ping, and take their time. */
    private final TestServer server =
            TestServer.start(
                    Map.of(
                            "highwater.keepalive.ping-interval", "0",
                            "highwater.keepalive.idle-timeout", "1h",
                            "highwater.limits.message-timeout", "10m"));

    private final List<Socket> sockets = new ArrayList<>();
    private final AccountedHeap heap = new AccountedHeap(this::inbound);

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    private long inbound() {
        try (InputStream in = server.admin().resolve("/metrics").toURL().openStream()) {
            Matcher line = INBOUND.matcher(new String(in.readAllBytes(), ISO_8859_1));
            return line.find() ? (long) Double.parseDouble(line.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Socket open(String path, String headers) throws IOException {
        Socket socket = RawSockets.connect(server.http(), "http/1.1");
        sockets.add(socket);
        String request =
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + headers
                        + "\r\n";
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(socket.getInputStream().read());
        }
        if (!head.toString(ISO_8859_1).startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(head);
        }
        return socket;
    }

    /** All that is sent comes before the heap is looked at. */
    private void check(String path, String headers, byte[]... sent) throws Exception {
        check(SESSIONS, path, headers, sent);
    }

    private void check(int sessions, String path, String headers, byte[]... sent) throws Exception {
        List<Socket> warm = new ArrayList<>();
        List<Socket> measured = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            warm.add(open(path, headers));
        }
        for (int i = 0; i < sessions; i++) {
            measured.add(open(path, headers));
        }
        send(warm, sent);
        heap.check(sessions, () -> send(measured, sent));
    }

    private void send(List<Socket> to, byte[]... sent) throws IOException {
        long before = inbound();
        for (byte[] piece : sent) {
            for (Socket socket : to) {
                socket.getOutputStream().write(piece);
            }
        }
        long[] last = {before};
        await().pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            long now = inbound();
                            boolean settled = now == last[0] && now > before;
                            last[0] = now;
                            return settled;
                        });
    }

    private static byte[] cut(int firstByte, byte[] payload, int sent) {
        byte[] frame = RawPeer.frame(firstByte, payload);
        return ByteBuffer.allocate(frame.length - payload.length + sent)
                .put(frame, 0, frame.length - payload.length + sent)
                .array();
    }

    private static byte[] text(int bytes) {
        return "t".repeat(bytes).getBytes(ISO_8859_1);
    }

    @Test
    void halfOfALargeFrame() throws Exception {
        check(ENDPOINT, "", cut(TEXT, text(60_000), 30_000));
    }

    @Test
    void halfOfALargeFrameThatComesInPieces() throws Exception {
        check(
                ENDPOINT,
                "",
                cut(TEXT, text(60_000), 3_000),
                text(3_000),
                text(3_000),
                text(3_000),
                text(3_000));
    }

    @Test
    void aFewBytesOfAFrame() throws Exception {
        check(MANY_SESSIONS, ENDPOINT, "", cut(TEXT, text(60_000), 100));
    }

    @Test
    void fragmentsOfAMessageForAnEndpoint() throws Exception {
        byte[][] fragments = new byte[20][];
        for (int i = 0; i < fragments.length; i++) {
            fragments[i] = RawPeer.frame(i == 0 ? TEXT_TO_BE_CONTINUED : 0x00, text(1_000));
        }
        check(ENDPOINT, "", fragments);
    }

    @Test
    void fragmentsOfACommand() throws Exception {
        byte[][] fragments = new byte[20][];
        for (int i = 0; i < fragments.length; i++) {
            fragments[i] = RawPeer.frame(i == 0 ? TEXT_TO_BE_CONTINUED : 0x00, text(1_000));
        }
        check(Sessions.PATH, "Sec-WebSocket-Protocol: " + Sessions.SUBPROTOCOL + "\r\n", fragments);
    }

    @Test
    void halfOfACompressedMessage() throws Exception {
        byte[] random = new byte[20_000];
        new Random(1).nextBytes(random);
        check(
                ENDPOINT,
                "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                cut(COMPRESSED, random, 10_000));
    }
}
