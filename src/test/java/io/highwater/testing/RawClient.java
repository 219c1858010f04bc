package io.highwater.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A WebSocket over a plain socket that reads only when told, so that a test decides who is slow.
 * Confined to its caller.
 */
public final class RawClient implements AutoCloseable {
    /** Smallest that the kernel gives: what a slow client leaves unread stays with the server. */
    private static final int RECEIVE_BUFFER_BYTES = 4 * 1024;

    private static final int GUARD_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final StringBuilder read = new StringBuilder();

    private RawClient() {}

    /** Connects, and has done its opening handshake when this returns. */
    public static RawClient connect(URI server, String path) {
        return connect(server, path, "");
    }

    /**
     * @param subprotocol empty offers none
     */
    public static RawClient connect(URI server, String path, String subprotocol) {
        RawClient client = new RawClient();
        try {
            client.open(server, path, subprotocol);
            return client;
        } catch (IOException e) {
            client.close();
            throw new UncheckedIOException(e);
        }
    }

    private void open(URI server, String path, String subprotocol) throws IOException {
        String offer =
                subprotocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.setSoTimeout(GUARD_MILLIS);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        String request =
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + server.getAuthority()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + offer
                        + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        readUntil("\r\n\r\n");
        if (!read.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException(read.toString());
        }
    }

    /** Our end as the server names it. */
    public String address() {
        return socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
    }

    /**
     * @param text up to 125 bytes
     */
    public void send(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) 0x81;
        // Masked, as a client must, with zeros.
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        try {
            socket.getOutputStream().write(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads up to and with {@code words}; what comes after them is left. */
    public void readUntil(String words) {
        try {
            InputStream in = socket.getInputStream();
            while (read.indexOf(words) < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new IllegalStateException("the end, and not " + words);
                }
                read.append((char) next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that was read so far, frame headers too, a byte a character. */
    public String received() {
        return read.toString();
    }

    /** Reads all there is up to the end of the connection, which must come. */
    public void readToTheEnd() {
        byte[] some = new byte[64 * 1024];
        try {
            InputStream in = socket.getInputStream();
            int got = in.read(some);
            while (got >= 0) {
                got = in.read(some);
            }
        } catch (SocketException reset) {
            // An end too.
            read.setLength(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
