package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import io.highwater.testing.LiveObjects;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is charged for a connection that is no WebSocket is what it keeps of the heap. */
@Timeout(120)
class GuestMemoryTest {
    private static final int GUESTS = 1_000;
    private static final int WARM = 200;

    private static final String GET =
            "GET /nix HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
                    + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/131.0\r\n"
                    + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
                    + "\r\n";

    private final Edge edge = Edge.unbounded();
    private final List<SocketChannel> clients = new ArrayList<>();
    private HttpServer server;
    private long clientBytes;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server =
                new HttpServer(
                        ServerSettings.defaults()
                                .withPort(0)
                                .withTls(0, Certificates.create(folder)),
                        new Handler.Wrapper(),
                        edge,
                        Ticker.system(),
                        new StreamBursts(LogLimit.none()),
                        HttpServerTest.testPages());
        server.start();
        clientBytes = bytesOfAClient();
    }

    @AfterEach
    void stop() throws IOException {
        for (SocketChannel client : clients) {
            client.close();
        }
        server.close();
    }

    /** Of its own end, which is in this JVM, too. */
    private static long bytesOfAClient() throws IOException {
        List<SocketChannel> open = new ArrayList<>();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
            for (int i = 0; i < WARM; i++) {
                open.add(SocketChannel.open(listening.getLocalAddress()));
            }
            long before = LiveObjects.bytes();
            for (int i = 0; i < 500; i++) {
                open.add(SocketChannel.open(listening.getLocalAddress()));
            }
            return (LiveObjects.bytes() - before) / 500;
        } finally {
            for (SocketChannel client : open) {
                client.close();
            }
        }
    }

    @Test
    void oneThatSentNothing() throws IOException {
        check(Account.HANDSHAKES, server.port(), "", 0);
    }

    @Test
    void oneByteOfAHead() throws IOException {
        check(Account.HANDSHAKES, server.port(), "G", 0);
    }

    @Test
    void aHeadOfOneLongValue() throws IOException {
        check(
                Account.HANDSHAKES,
                server.port(),
                GET.trim() + "\r\nCookie: " + "c".repeat(7_000),
                0);
    }

    @Test
    void aHeadOfManyFields() throws IOException {
        check(Account.HANDSHAKES, server.port(), GET.trim() + "\r\n" + "a: b\r\n".repeat(190), 0);
    }

    @Test
    void oneThatWasAnsweredTwice() throws IOException {
        check(Account.HTTP, server.port(), GET, 2);
    }

    @Test
    void oneThatWasAnsweredALongHead() throws IOException {
        String head = GET.trim() + "\r\nCookie: " + "c".repeat(7_000) + "\r\n\r\n";
        check(Account.HTTP, server.port(), head, 2);
    }

    /** A ClientHello whose answer is not taken up: the JDK's engine is half way. */
    @Test
    void oneHalfWayThroughTls() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        engine.setSSLParameters(parameters);
        ByteBuffer hello = ByteBuffer.allocate(32 << 10);
        engine.wrap(ByteBuffer.allocate(0), hello);
        String bytes = new String(hello.array(), 0, hello.position(), StandardCharsets.ISO_8859_1);
        check(Account.HANDSHAKES, server.tlsPort().orElseThrow(), bytes, 1);
    }

    @Test
    void oneThatSaidNothingOfTls() throws IOException {
        check(Account.HANDSHAKES, server.tlsPort().orElseThrow(), "", 0);
    }

    private void check(Account account, int port, String sent, int answers) throws IOException {
        Book book = edge.ledger().book(account);
        open(port, sent, answers, WARM);
        long charged = book.bytes();
        long before = LiveObjects.bytes();
        open(port, sent, answers, GUESTS);
        long kept = (LiveObjects.bytes() - before) / GUESTS - clientBytes;
        long each = (book.bytes() - charged) / GUESTS;
        assertThat(each).as("charged; %s were kept", kept).isCloseTo(kept, withPercentage(15));
    }

    private void open(int port, String sent, int answers, int count) throws IOException {
        byte[] bytes = sent.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer in = ByteBuffer.allocate(4_096);
        int already = clients.size();
        for (int i = 0; i < count; i++) {
            SocketChannel client =
                    SocketChannel.open(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            clients.add(client);
            for (int k = 0; k < Math.max(1, answers); k++) {
                client.write(ByteBuffer.wrap(bytes));
                if (answers > 0) {
                    in.clear();
                    client.read(in);
                }
            }
        }
        await().until(() -> edge.connections().open() == already + count);
        // What was sent is read by then, and what was answered has been let go.
        settle();
    }

    private void settle() {
        long[] last = {-1};
        await().until(
                        () -> {
                            long now =
                                    edge.ledger().book(Account.HTTP).bytes()
                                            + edge.ledger().book(Account.HANDSHAKES).bytes();
                            boolean same = now == last[0];
                            last[0] = now;
                            return same;
                        });
    }
}
