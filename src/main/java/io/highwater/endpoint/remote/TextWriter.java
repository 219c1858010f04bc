package io.highwater.endpoint.remote;

import io.highwater.outbound.SendCompletion;
import io.highwater.wire.Opcode;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Sends what is written as one text message when it is closed. More than {@value #PART_CHARS}
 * characters, or what was flushed, is sent before that in parts. If nothing is written, no message
 * is sent. A lone surrogate becomes "?". Confined to one thread at a time.
 */
class TextWriter extends Writer {
    static final int PART_CHARS = 32 * 1024;

    private final OutgoingMessage message;
    private final StringBuilder text = new StringBuilder();
    private boolean written;
    private boolean failed;
    private boolean closed;

    TextWriter(SendingSession session) {
        message = new OutgoingMessage(session, Opcode.TEXT);
    }

    @Override
    public void write(char[] chars, int offset, int length) throws IOException {
        refuseIfClosed();
        written = true;
        int from = offset;
        int left = length;
        while (left > 0) {
            int room = PART_CHARS - text.length();
            if (room == 0) {
                sendPart();
            }
            int some = Math.min(room, left);
            text.append(chars, from, some);
            from += some;
            left -= some;
        }
    }

    @Override
    public void flush() throws IOException {
        refuseIfClosed();
        sendPart();
    }

    private void refuseIfClosed() throws IOException {
        if (closed) {
            throw new IOException("the writer is closed");
        }
    }

    private void sendPart() throws IOException {
        int end = text.length();
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--; // Its other half may follow.
        }
        if (end == 0) {
            return;
        }
        ByteBuffer part = utf8(text.substring(0, end));
        text.delete(0, end);
        try {
            message.part(part);
        } catch (IOException | RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        if (end()) {
            SendFuture sent = new SendFuture();
            message.lastOrEnd(utf8(text.toString()), sent, 0);
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

    /**
     * For an encoder, which may close the writer whether or not the encoder then fails. Therefore
     * nothing is sent before the encoder has returned, except what is too much to keep.
     */
    static final class OfEncoder extends TextWriter {
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
                super.message.lastOrEnd(utf8(super.text.toString()), completion, timeoutMillis);
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
