package io.highwater.endpoint.session;

import io.highwater.handshake.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The URI that a client requested. Stateless. */
public final class RequestUri {
    /** Printable characters that RFC 3986 does not allow in a path or query. */
    private static final String ILLEGAL = "\"<>\\^`{|}[]#";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private RequestUri() {}

    /**
     * The whole URI, with scheme and host, as Jakarta WebSocket 2.1 requires. Characters of the
     * request that are not allowed in a URI are percent-encoded.
     */
    public static String of(UpgradeRequest request) {
        StringBuilder uri = new StringBuilder();
        uri.append(request.scheme().equals("https") ? "wss://" : "ws://");
        uri.append(request.authority()).append(legal(request.rawPath()));
        if (request.query() != null) {
            uri.append('?').append(legal(request.query()));
        }
        return uri.toString();
    }

    static String legal(String part) {
        StringBuilder legal = new StringBuilder(part.length());
        int next;
        for (int i = 0; i < part.length(); i = next) {
            next = part.offsetByCodePoints(i, 1);
            char c = part.charAt(i);
            if (c > ' ' && c < 0x7F && ILLEGAL.indexOf(c) < 0 && (c != '%' || isEscape(part, i))) {
                legal.append(c);
            } else {
                for (byte b : part.substring(i, next).getBytes(StandardCharsets.UTF_8)) {
                    legal.append('%').append(HEX.toHexDigits(b));
                }
            }
        }
        return legal.toString();
    }

    private static boolean isEscape(String part, int at) {
        return at + 2 < part.length()
                && Character.digit(part.charAt(at + 1), 16) >= 0
                && Character.digit(part.charAt(at + 2), 16) >= 0;
    }
}
