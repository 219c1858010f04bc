package io.highwater.server;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the records of a client that is still in its TLS handshake, before the JDK reads them,
 * and finds its hellos: the first, and the one after a HelloRetryRequest. A hello may come in
 * several records. Confined to the reading thread.
 */
final class HelloGuard {
    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;

    /** Some clients split a hello into two or three records, to get it past filters. */
    private static final int MOST_RECORDS = 16;

    /** The last inspected record, if it does not end a hello, together with the part before it. */
    private @Nullable ByteBuffer inspected;

    /** The part of an incomplete hello that the engine has taken. */
    private @Nullable ByteBuffer partial;

    /** Records after which a hello was still incomplete. */
    private int records;

    private int helloBytes;
    private boolean cipherChanged;
    private boolean over;

    /**
     * Inspects the first record before the engine unwraps it.
     *
     * @param records the engine's input; not changed
     * @throws SSLException if the client must be refused
     */
    void inspect(ByteBuffer records, SSLEngine engine) throws SSLException {
        inspected = null;
        if (over || records.remaining() < RECORD_HEADER) {
            return;
        }
        int start = records.position();
        int length = records.getShort(start + 3) & 0xffff;
        if (records.remaining() < RECORD_HEADER + length) {
            return;
        }
        ByteBuffer record = records.duplicate().position(start + RECORD_HEADER);
        record.limit(record.position() + length);
        switch (records.get(start)) {
            case CHANGE_CIPHER_SPEC -> cipherChanged = true;
            case HANDSHAKE -> {
                boolean isBefore13 = isBefore13(engine.getHandshakeSession());
                // In TLS 1.2 everything after this is encrypted; in 1.3 it may be a second hello.
                over = cipherChanged && isBefore13;
                if (!over) {
                    inspect(record, isBefore13);
                }
            }
            default -> {}
        }
    }

    private static boolean isBefore13(@Nullable SSLSession agreeing) {
        return agreeing != null && !agreeing.getProtocol().equals("TLSv1.3");
    }

    private void inspect(ByteBuffer record, boolean isBefore13) throws SSLException {
        if (!record.hasRemaining()) {
            return;
        }
        ByteBuffer message = record;
        if (partial != null) {
            ByteBuffer before = partial.duplicate().flip();
            message = ByteBuffer.allocate(before.remaining() + record.remaining());
            message.put(before).put(record.duplicate()).flip();
        }
        if (message.get(message.position()) != CLIENT_HELLO) {
            // The hello came before this message, or the JDK will refuse this one.
            over = isBefore13;
            return;
        }
        if (message.remaining() >= MESSAGE_HEADER) {
            int length = message.getInt(message.position()) & 0xffffff;
            if (length > ClientHello.MOST_BYTES) {
                throw new SSLException(
                        "a hello of "
                                + length
                                + " bytes, not "
                                + ClientHello.MOST_BYTES
                                + " at most");
            }
            helloBytes = Math.max(helloBytes, length);
            if (message.remaining() >= MESSAGE_HEADER + length) {
                ClientHello.check(
                        message.duplicate()
                                .position(message.position() + MESSAGE_HEADER)
                                .limit(message.position() + MESSAGE_HEADER + length)
                                .slice());
                return;
            }
        }
        if (++records > MOST_RECORDS) {
            throw new SSLException("a hello in more than " + MOST_RECORDS + " records");
        }
        inspected = message;
    }

    /** Called when the engine has consumed the inspected record and not only looked at it. */
    void onTaken() {
        ByteBuffer rest = inspected;
        inspected = null;
        if (rest == null) {
            partial = null;
        } else {
            ByteBuffer kept = ByteBuffer.allocate(rest.remaining());
            partial = kept.put(rest.duplicate());
        }
    }

    /** Size of the client's largest hello so far, without its header. */
    int helloBytes() {
        return helloBytes;
    }
}
