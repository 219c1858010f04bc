package io.highwater.system;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The opening handshake over HTTP/1.1. Stateless. */
final class Upgrade {
    private Upgrade() {}

    static byte[] request(int port, String path) {
        return request(port, path, "");
    }

    /**
     * @param more header lines, each with its end
     */
    static byte[] request(int port, String path, String more) {
        return ("GET "
                        + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + port
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + more
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads up to the first frame; refuses any answer but 101. */
    static void readAnswer(InputStream in) throws IOException {
        String head = readHead(in);
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new IOException("no upgrade: " + head);
        }
    }

    /** The answer's status line and headers. */
    static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the answer ends early: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }
}
