package io.highwater.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A {@link TestSocket} with a TCP connection and a thread of its own. */
public final class SocketOverHttp1 extends TestSocket {
    private final Socket socket;
    private final String head;

    private SocketOverHttp1(Socket socket, String head) {
        this.socket = socket;
        this.head = head;
    }

    /**
     * @param subprotocol null offers none
     */
    public static SocketOverHttp1 open(URI server, String path, String subprotocol)
            throws IOException {
        return open(server, path, subprotocol, 0);
    }

    /**
     * @param receiveBuffer bytes that the kernel takes for a client that does not read; 0 as usual
     */
    public static SocketOverHttp1 open(
            URI server, String path, String subprotocol, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        String offer = subprotocol == null ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
        return open(server, path, socket, offer);
    }

    /**
     * @param headers more lines of the request, such as {@code Origin: https://example.com}
     */
    public static SocketOverHttp1 openWith(URI server, String path, String... headers)
            throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String header : headers) {
            lines.append(header).append("\r\n");
        }
        return open(server, path, new Socket(), lines.toString());
    }

    private static SocketOverHttp1 open(URI server, String path, Socket socket, String headers)
            throws IOException {
        socket.connect(new java.net.InetSocketAddress(server.getHost(), server.getPort()));
        String request =
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + server.getAuthority()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + headers
                        + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String head = head(socket.getInputStream());
        int status = Integer.parseInt(head.substring(9, 12));
        if (status != 101) {
            socket.close();
            throw new Refused(
                    status,
                    head.lines()
                            .filter(line -> line.startsWith("WWW-Authenticate: "))
                            .map(line -> line.substring(line.indexOf(' ') + 1))
                            .findFirst()
                            .orElse(null));
        }
        return new SocketOverHttp1(socket, head);
    }

    /** The head of the answer to the opening handshake. */
    public String head() {
        return head;
    }

    /** Starts to receive; until then what comes stays in the kernel. */
    public SocketOverHttp1 reading() {
        Thread reader = new Thread(this::read, "test-socket");
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the end after: " + head);
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    private void read() {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = socket.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                onBytes(ByteBuffer.wrap(buffer, 0, n));
            }
        } catch (IOException e) {
            // The end, one way or another: the test is told so below.
        }
        onEnd();
    }

    @Override
    void send(byte[] bytes) throws IOException {
        synchronized (socket) {
            socket.getOutputStream().write(bytes);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
