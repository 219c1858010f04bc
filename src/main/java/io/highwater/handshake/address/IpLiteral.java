package io.highwater.handshake.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Reads addresses in text. It never looks up a name. Stateless.
 *
 * <p>Own code, because each handshake waits for it: to read no more than this, the library
 * ipaddress takes three to five times as long, creates two to four times the garbage, and needs a
 * dozen switches.
 */
final class IpLiteral {
    /** Six groups of four digits and an IPv4 address, with the separators between them. */
    private static final int MAX_CHARS = 45;

    private IpLiteral() {}

    /**
     * An IPv4 address in four decimal parts or a bare IPv6 address; null if the text is neither.
     */
    static @Nullable InetAddress parse(String text) {
        if (text.length() > MAX_CHARS) {
            return null;
        }
        return text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
    }

    /** The same, but also with a port after it or in brackets, as proxies write it. */
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
                return null; // a zone id too: it has a meaning on one machine only
            }
        }
        try {
            // With brackets the JDK parses it as an address or throws; it asks no resolver.
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
