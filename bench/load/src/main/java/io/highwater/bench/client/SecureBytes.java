package io.highwater.bench.client;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS with ALPN h2 by the JDK's engine. It trusts every certificate: it speaks to a server that
 * this benchmark has started on loopback with a certificate of its own. Confined to the thread that
 * polls.
 */
final class SecureBytes implements Bytes {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    // In write mode between the calls: what came and is no whole record yet.
    private final ByteBuffer encrypted;
    // In read mode between the calls: what the socket did not take.
    private ByteBuffer outgoing;
    private boolean open;
    private boolean unread;

    SecureBytes(SocketChannel channel, SSLContext context) {
        this.channel = channel;
        engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        engine.setSSLParameters(parameters);
        int packet = engine.getSession().getPacketBufferSize();
        encrypted = ByteBuffer.allocate(2 * packet);
        outgoing = ByteBuffer.allocate(2 * packet).limit(0);
    }

    static SSLContext trustingContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustEverybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new BenchException("the JDK has no TLS: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void connected() throws IOException {
        engine.beginHandshake();
        proceed();
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int before = to.position();
        while (true) {
            int count = channel.read(encrypted);
            unwrap(to);
            proceed();
            if (count <= 0 || unread) {
                int read = to.position() - before;
                return read == 0 ? count : read;
            }
        }
    }

    private void unwrap(ByteBuffer to) throws IOException {
        encrypted.flip();
        SSLEngineResult result;
        boolean moved;
        do {
            result = engine.unwrap(encrypted, to);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new IOException("the server ended TLS");
            }
            // The engine takes no more while the handshake waits for what it has to say.
            moved = answer() || result.bytesConsumed() > 0 || result.bytesProduced() > 0;
        } while (moved && result.getStatus() == SSLEngineResult.Status.OK);
        unread = result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW;
        encrypted.compact();
    }

    @Override
    public boolean isUnread() {
        return unread;
    }

    /** Makes ready what the handshake has to say; false where that is nothing. */
    private boolean answer() throws IOException {
        boolean said = false;
        runTasks();
        while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
            runTasks();
            said = true;
        }
        return said;
    }

    private void proceed() throws IOException {
        answer();
        flush();
        if (!open
                && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING) {
            open = true;
            if (!"h2".equals(engine.getApplicationProtocol())) {
                throw new BenchException("the server has no HTTP/2 over TLS");
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            wrap(from);
        }
        flush();
    }

    private void wrap(ByteBuffer from) throws IOException {
        int packet = engine.getSession().getPacketBufferSize();
        ByteBuffer room = outgoing;
        if (room.capacity() - room.limit() < packet) {
            room = ByteBuffer.allocate(2 * (outgoing.remaining() + packet)).put(outgoing).flip();
            outgoing = room;
        }
        int first = room.position();
        int end = room.limit();
        room.limit(room.capacity()).position(end);
        SSLEngineResult result = engine.wrap(from, room);
        room.limit(room.position()).position(first);
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new IOException("TLS cannot write: " + result.getStatus());
        }
    }

    @Override
    public boolean isPending() {
        return outgoing.hasRemaining();
    }

    @Override
    public void flush() throws IOException {
        if (outgoing.hasRemaining()) {
            channel.write(outgoing);
        }
        if (!outgoing.hasRemaining()) {
            outgoing.clear().limit(0);
        }
    }

    /** Asks for no certificate's name or issuer. */
    private static final class TrustEverybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
