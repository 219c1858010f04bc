package io.highwater.server;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/**
 * Checks the first message of a TLS client as received (RFC 8446 section 4.1.2). What the JDK
 * builds from some of its lists takes many times the memory that they take on the wire, and no real
 * client has such long lists: 16,000 repeated signature schemes take 390 KB for as long as the
 * connection is open, and 40 ms to look through. Stateless.
 */
final class ClientHello {
    /**
     * Limit of the whole message. A browser's has 1.8 KB with a post-quantum key; what a client
     * needs to resume a session is a few KB more.
     */
    static final int MOST_BYTES = 8 << 10;

    /** In bytes. OpenSSL offers some 180 suites if it is told to offer all of them. */
    private static final int MOST_CIPHER_SUITES = 512;

    private static final int MOST_EXTENSIONS = 64;

    /** In bytes: 64 schemes or groups of two bytes each. OpenSSL has some 30. */
    private static final int MOST_LIST = 130;

    /** In bytes: a name of 255 and the length fields around it. */
    private static final int MOST_NAME = 262;

    /** In bytes, for extensions that servers hardly ever receive. */
    private static final int MOST_RARE = 256;

    private static final int MOST_KEY_SHARES = 8;
    private static final int MOST_IDENTITIES = 8;
    private static final int MOST_PROTOCOLS = 32;

    private static final int SERVER_NAME = 0;
    private static final int STATUS_REQUEST = 5;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int APPLICATION_PROTOCOLS = 16;
    private static final int STATUS_REQUEST_V2 = 17;
    private static final int PRE_SHARED_KEY = 41;
    private static final int CERTIFICATE_AUTHORITIES = 47;
    private static final int SIGNATURE_ALGORITHMS_CERT = 50;
    private static final int KEY_SHARE = 51;

    private ClientHello() {}

    /**
     * Checks the limits. A malformed message is left to the JDK, which reports it to the client.
     *
     * @param hello without its type and length; read up to the first fault
     * @throws SSLException if it has more of something than any client needs
     */
    static void check(ByteBuffer hello) throws SSLException {
        if (!skip(hello, 2 + 32) || !skip(hello, length8(hello))) {
            return;
        }
        int suites = length16(hello);
        most("cipher suites", suites, MOST_CIPHER_SUITES);
        if (!skip(hello, suites) || !skip(hello, length8(hello))) {
            return;
        }
        length16(hello);
        int extensions = 0;
        while (hello.remaining() >= 4) {
            most("extensions", ++extensions, MOST_EXTENSIONS);
            int type = hello.getShort() & 0xffff;
            int length = length16(hello);
            if (length > hello.remaining()) {
                return;
            }
            check(type, hello.slice().limit(length));
            hello.position(hello.position() + length);
        }
    }

    private static void check(int type, ByteBuffer extension) throws SSLException {
        int length = extension.remaining();
        switch (type) {
            case SERVER_NAME -> most("bytes of server names", length, MOST_NAME);
            case SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT ->
                    most("bytes of signature schemes", length, MOST_LIST);
            case SUPPORTED_GROUPS -> most("bytes of groups", length, MOST_LIST);
            case STATUS_REQUEST, STATUS_REQUEST_V2 ->
                    most("bytes of a status request", length, MOST_RARE);
            case CERTIFICATE_AUTHORITIES ->
                    most("bytes of certificate authorities", length, MOST_RARE);
            case APPLICATION_PROTOCOLS -> {
                length16(extension);
                int protocols = 0;
                while (skip(extension, length8(extension))) {
                    most("application protocols", ++protocols, MOST_PROTOCOLS);
                }
            }
            case KEY_SHARE -> {
                length16(extension);
                int shares = 0;
                while (skip(extension, 2) && skip(extension, length16(extension))) {
                    most("key shares", ++shares, MOST_KEY_SHARES);
                }
            }
            case PRE_SHARED_KEY -> {
                ByteBuffer identities = extension.slice();
                int end = Math.min(length16(identities) + 2, length);
                identities.limit(end);
                int count = 0;
                while (skip(identities, length16(identities)) && skip(identities, 4)) {
                    most("pre-shared keys", ++count, MOST_IDENTITIES);
                }
            }
            default -> {}
        }
    }

    private static void most(String what, int count, int most) throws SSLException {
        if (count > most) {
            throw new SSLException(count + " " + what + ", not " + most + " at most");
        }
    }

    /** Skips the bytes. Returns false and skips nothing if fewer are left, or if bytes is -1. */
    private static boolean skip(ByteBuffer from, int bytes) {
        if (bytes < 0 || bytes > from.remaining()) {
            return false;
        }
        from.position(from.position() + bytes);
        return true;
    }

    /** -1 if no byte is left. */
    private static int length8(ByteBuffer from) {
        return from.hasRemaining() ? from.get() & 0xff : -1;
    }

    /** -1 if fewer than two bytes are left. */
    private static int length16(ByteBuffer from) {
        return from.remaining() < 2 ? -1 : from.getShort() & 0xffff;
    }
}
