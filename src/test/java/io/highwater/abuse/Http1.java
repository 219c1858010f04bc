package io.highwater.abuse;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Requests of HTTP/1.1 as bytes. Stateless. */
final class Http1 {
    /** What a client that has nothing to hide sends along. */
    private static final String USUAL =
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\r\nAccept: */*\r\n";

    private Http1() {}

    /**
     * @param more header lines, each with its end
     */
    static byte[] get(int port, String path, String more) {
        return head("GET", port, path, USUAL + more + "\r\n");
    }

    static byte[] post(int port, String path, String more) {
        return head("POST", port, path, USUAL + more + "\r\n");
    }

    static byte[] upgrade(int port, String path, String more) {
        return openUpgrade(port, path, more + "\r\n");
    }

    /** The same without its last empty line. */
    static byte[] openUpgrade(int port, String path, String more) {
        return head(
                "GET",
                port,
                path,
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + more);
    }

    private static byte[] head(String method, int port, String path, String rest) {
        return (method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + rest)
                .getBytes(US_ASCII);
    }
}
