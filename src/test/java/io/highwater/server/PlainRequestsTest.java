package io.highwater.server;

import static io.highwater.server.EdgeFixture.answer;
import static io.highwater.server.EdgeFixture.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.TcpLimits;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlainRequestsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();

    /** An address may have 62,500 bytes of HTTP. */
    private final EdgeFixture fixture =
            new EdgeFixture(
                    2_500_000,
                    TcpLimits.unlimited(),
                    new AddressLimits(1_000_000, 1_000_000, 1_000_000, 1_000_000));

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        go.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        fixture.close();
    }

    private final class Waiting extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            inside.incrementAndGet();
            go.await();
            response.getHeaders().put("Content-Length", 0);
            callback.succeeded();
            return true;
        }
    }

    private Socket asks(String from) throws Exception {
        Socket socket = fixture.connect(from);
        sockets.add(socket);
        send(socket, GET);
        return socket;
    }

    @Test
    void whatAnAddressAsksBeyondItsShareIs503() throws Exception {
        fixture.serve(new Waiting());
        // Each with its connection is some 5,900 bytes.
        for (int i = 1; i <= 10; i++) {
            int count = i;
            asks("127.0.0.1");
            await().until(() -> inside.get() == count);
        }
        String refused = answer(asks("127.0.0.1"));
        assertThat(refused)
                .startsWith("HTTP/1.1 503 ")
                .contains("\r\nRetry-After: 1\r\n", "\r\nConnection: close\r\n")
                .endsWith("503 Service Unavailable\n");
        assertThat(fixture.refusedRequests).hasValue(1);
        asks("127.0.0.9");
        await().until(() -> inside.get() == 11);
        go.countDown();
        for (Socket socket : sockets.subList(0, 10)) {
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
        }
        assertThat(answer(asks("127.0.0.1"))).startsWith("HTTP/1.1 200 ");
        close();
        await().until(() -> fixture.bytes(Account.HTTP) == 0);
    }

    @Test
    void noMoreThanSoManyRunAtOnce() throws Exception {
        OffSelector off = new OffSelector(fixture.edge, new Waiting(), 2);
        fixture.serve(off);
        asks("127.0.0.1");
        asks("127.0.0.2");
        await().until(() -> inside.get() == 2);
        assertThat(answer(asks("127.0.0.3"))).startsWith("HTTP/1.1 503 ");
        go.countDown();
        assertThat(answer(sockets.get(0))).startsWith("HTTP/1.1 200 ");
        await().untilAsserted(
                        () -> assertThat(answer(asks("127.0.0.3"))).startsWith("HTTP/1.1 200 "));
    }
}
