package io.highwater.handshake.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Reads addresses in text, and only those: no name is ever looked up. Stateless.
 *
 * <p>Own code: a handshake waits for it, and the library ipaddress takes three to five times as
 * long, two to four times the garbage, and a dozen switches to read no more than this.
 */
final class IpLiteral {
    /** Six groups of four digits and an IPv4 address, with what stands between them. */
    private static final int MAX_CHARS = 45;

    private IpLiteral() {}

    /** An IPv4 address in four decimal parts or a bare IPv6 address; null where it is neither. */
    static @Nullable InetAddress parse(String text) {
        if (text.length() > MAX_CHARS) {
            return null;
        }
        return text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
    }

    /** As above, also with a port behind it or in brackets, as proxies write it. */
    static @Nullable InetAddress parseHop(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 || end > 1 + MAX_CHARS ? null : parseV6(text.substring(1, end));
        }
        int colon = text.indexOf(':');
        return parse(
                colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text);
    }

    private static @Nullable InetAddress parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            int part = Decimal.parse(parts[i], 255);
            if (part < 0) {
                return null;
            }
            bytes[i] = (byte) part;
        }
        return byAddress(bytes);
    }

    private static @Nullable InetAddress parseV6(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != ':' && c != '.' && Character.digit(c, 16) < 0) {
                return null; // a zone id too: it means something on one machine only
            }
        }
        try {
            // In brackets the JDK takes it for an address or throws; it asks no resolver.
            return InetAddress.getByName("[" + text + "]");
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }

    private static InetAddress byAddress(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible); // only for a wrong number of bytes
        }
    }
}
