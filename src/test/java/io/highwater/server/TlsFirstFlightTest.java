package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that comes in the same bytes as the end of the TLS handshake is parsed on the thread
 * that ends the handshake; with a handler that blocks, Jetty has frozen its selectors there (its
 * issues 14564 and 14847).
 */
class TlsFirstFlightTest {
    private static final int CLIENTS = 20;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Timeout(60)
    void clientsThatSendHeadersWithTheirFinishedAreAllAnswered(String version) throws Exception {
        ServerSettings.Keystore keystore = Certificates.create(folder);
        CountDownLatch allInside = new CountDownLatch(CLIENTS);
        HttpServer server =
                new HttpServer(
                        ServerSettings.defaults().withPort(0).withTls(0, keystore),
                        new Handler.Wrapper(),
                        Edge.unbounded(),
                        Ticker.system(),
                        new StreamBursts(LogLimit.none()),
                        new BlockingHandler(allInside));
        server.start();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            SSLContext tls = Certificates.trusting(keystore);
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int port = server.tlsPort().getAsInt();
                answers.add(threads.submit(() -> get(tls, port, version)));
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get(40, TimeUnit.SECONDS)).isEqualTo(HttpStatus.OK_200);
            }
        } finally {
            threads.shutdownNow();
            server.close();
        }
    }

    /** Holds every request until all have come: one that never comes shows as 500 for the rest. */
    private static final class BlockingHandler extends Handler.Abstract {
        private final CountDownLatch allInside;

        BlockingHandler(CountDownLatch allInside) {
            this.allInside = allInside;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws InterruptedException {
            allInside.countDown();
            response.setStatus(allInside.await(20, TimeUnit.SECONDS) ? 200 : 500);
            callback.succeeded();
            return true;
        }
    }

    /** The status of GET /, sent in one write with the client's last handshake message. */
    private static int get(SSLContext context, int port, String version) throws Exception {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setTcpNoDelay(true);
            SSLEngine engine = context.createSSLEngine("localhost", port);
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setApplicationProtocols(new String[] {"h2"});
            engine.setSSLParameters(parameters);
            TlsBytes bytes = new TlsBytes(engine, socket);
            bytes.handshakeThenSend(RawHttp2.prefaceAndGet("https", "localhost"));
            assertThat(engine.getApplicationProtocol()).isEqualTo("h2");
            RawHttp2.Frame answer = RawHttp2.readUntil(bytes.decrypted(), RawHttp2.HEADERS);
            return answer.isOk() ? 200 : 500;
        }
    }

    /** One TLS client that decides itself which bytes share a write. */
    private static final class TlsBytes {
        private final SSLEngine engine;
        private final Socket socket;
        private final ByteBuffer incoming;
        private final ByteBuffer outgoing = ByteBuffer.allocate(1 << 17);
        private final ByteBuffer plain;

        TlsBytes(SSLEngine engine, Socket socket) {
            this.engine = engine;
            this.socket = socket;
            incoming = ByteBuffer.allocate(1 << 16).flip();
            plain = ByteBuffer.allocate(1 << 16).flip();
        }

        /**
         * TLS 1.3: the client's Finished ends the handshake, and what follows shares its write. TLS
         * 1.2: the client waits for the server's Finished, so its data comes right after.
         */
        void handshakeThenSend(byte[] data) throws IOException {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> engine.getDelegatedTask().run();
                    case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), outgoing);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        flush();
                        unwrap();
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        engine.wrap(ByteBuffer.wrap(data), outgoing);
                        flush();
                        return;
                    }
                }
            }
        }

        InputStream decrypted() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    while (!plain.hasRemaining()) {
                        unwrap();
                    }
                    return plain.get() & 0xFF;
                }
            };
        }

        private void unwrap() throws IOException {
            plain.compact();
            SSLEngineResult result = engine.unwrap(incoming, plain);
            plain.flip();
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                incoming.compact();
                int read =
                        socket.getInputStream()
                                .read(incoming.array(), incoming.position(), incoming.remaining());
                if (read < 0) {
                    throw new EOFException("the server closed");
                }
                incoming.position(incoming.position() + read).flip();
            } else if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new EOFException("the server closed TLS");
            }
        }

        private void flush() throws IOException {
            socket.getOutputStream().write(outgoing.array(), 0, outgoing.position());
            outgoing.clear();
        }
    }
}
