package io.highwater.bench.raw;

import io.highwater.bench.client.BenchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * As much of an opening handshake over HTTP/1.1 as the {@link RawLoop} needs: RFC 6455 section 4.2.
 * Immutable.
 *
 * @param room what follows {@code /v1/chat/}; null for every other path, which echoes
 * @param answer the whole 101 response
 */
record RawUpgrade(@Nullable String room, byte[] answer) {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String CHAT = "/v1/chat/";
    private static final String END = "\r\n\r\n";
    private static final String KEY = "\r\nsec-websocket-key:";

    /** Consumes one request; null, with nothing consumed, while its end has not arrived. */
    static @Nullable RawUpgrade parse(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(in.position(), bytes);
        String head = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = head.indexOf(END);
        if (end < 0) {
            return null;
        }
        int key = head.toLowerCase(Locale.ROOT).indexOf(KEY);
        int path = head.indexOf(' ') + 1;
        int pathEnd = head.indexOf(' ', path);
        if (key < 0 || key > end || pathEnd < 0) {
            throw new BenchException("not an upgrade request");
        }
        in.position(in.position() + end + END.length());
        int value = key + KEY.length();
        String accept = accept(head.substring(value, head.indexOf("\r\n", value)).trim());
        String target = head.substring(path, pathEnd);
        String room = target.startsWith(CHAT) ? target.substring(CHAT.length()) : null;
        String answer =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: "
                        + accept
                        + END;
        return new RawUpgrade(room, answer.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String accept(String key) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
