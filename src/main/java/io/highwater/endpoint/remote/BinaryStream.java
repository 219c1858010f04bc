package io.highwater.endpoint.remote;

import io.highwater.outbound.SendCompletion;
import io.highwater.wire.Opcode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Sends what is written as one binary message when it is closed. More than {@value #PART_BYTES}
 * bytes, or what was flushed, is sent before that in parts. If nothing is written, no message is
 * sent. Confined to one thread at a time.
 */
class BinaryStream extends OutputStream {
    static final int PART_BYTES = 64 * 1024;
    private static final int FIRST_BYTES = 1024;

    private final OutgoingMessage message;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;
    private boolean written;
    private boolean failed;
    private boolean closed;

    BinaryStream(SendingSession session) {
        message = new OutgoingMessage(session, Opcode.BINARY);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        refuseIfClosed();
        written = true;
        int next = offset;
        int left = length;
        while (left > 0) {
            if (size == PART_BYTES) {
                sendPart();
            }
            int some = Math.min(PART_BYTES - size, left);
            if (size + some > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(PART_BYTES, 2 * (size + some)));
            }
            System.arraycopy(from, next, bytes, size, some);
            size += some;
            next += some;
            left -= some;
        }
    }

    @Override
    public void flush() throws IOException {
        refuseIfClosed();
        if (size > 0) {
            sendPart();
        }
    }

    private void refuseIfClosed() throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
    }

    private void sendPart() throws IOException {
        ByteBuffer part = rest();
        size = 0;
        try {
            message.part(part);
        } catch (IOException | RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    private ByteBuffer rest() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    @Override
    public void close() throws IOException {
        if (end()) {
            SendFuture sent = new SendFuture();
            message.lastOrEnd(rest(), sent, 0);
            sent.await();
        }
    }

    /** Returns true if something is still to be sent. */
    private boolean end() {
        boolean before = closed;
        closed = true;
        if (failed && !before) {
            message.abandon();
        }
        return written && !failed && !before;
    }

    /** For an encoder; see {@link TextWriter.OfEncoder}. */
    static final class OfEncoder extends BinaryStream {
        OfEncoder(SendingSession session) {
            super(session);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            super.closed = true;
        }

        /**
         * Called when the encoder has returned.
         *
         * @param completion called once, unless this throws
         */
        void finish(SendCompletion completion, long timeoutMillis) throws IOException {
            super.closed = false;
            if (super.end()) {
                super.message.lastOrEnd(super.rest(), completion, timeoutMillis);
            } else if (super.failed) {
                throw new IOException("a part of the message was not sent");
            } else {
                completion.onWritten();
            }
        }

        /** Called when the encoder has failed. */
        void abandon() {
            super.closed = true;
            super.message.abandon();
        }
    }
}
