package io.highwater.server;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the records of a client that has not agreed on TLS yet, before the JDK has them, and
 * finds its hellos: the first, and the one after a HelloRetryRequest. They may come in several
 * records. Confined to who reads.
 */
final class HelloGuard {
    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;

    /** Some clients cut a hello in two or three, to get it past filters. */
    private static final int MOST_RECORDS = 16;

    /** With what came before it, the record that was looked at last and does not end a hello. */
    private @Nullable ByteBuffer inspected;

    /** Of a hello that is not whole, what was taken. */
    private @Nullable ByteBuffer partial;

    /** That a hello was not whole in. */
    private int records;

    private int helloBytes;
    private boolean cipherChanged;
    private boolean over;

    /**
     * @param records what the engine is about to unwrap the first record of; is left as it is
     * @throws SSLException the client is to be refused
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
                // What follows is encrypted in TLS 1.2, and a second hello in 1.3.
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
            // The hello was before it, or the JDK refuses what this is.
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

    /** The engine took the record that was inspected, and not only looked at it. */
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

    /** The client's largest so far, without its header. */
    int helloBytes() {
        return helloBytes;
    }
}
