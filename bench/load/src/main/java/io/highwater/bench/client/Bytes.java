package io.highwater.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** What carries a link's bytes: TCP, or TLS over it. Confined to the thread that polls. */
interface Bytes {
    /**
     * What {@link #connected} and {@link #read} say of the handshake below the link's own bytes.
     */
    boolean isOpen();

    /** TCP is there. */
    void connected() throws IOException;

    /** Appends what is there; -1 at the end of the stream. */
    int read(ByteBuffer to) throws IOException;

    /** Whether {@link #read} left something for want of room. */
    boolean isUnread();

    /** Writes what goes at once; what remains in {@code from} is to be written again. */
    void write(ByteBuffer from) throws IOException;

    /** Whether bytes that were taken wait for the socket; {@link #flush} tries again. */
    boolean isPending();

    void flush() throws IOException;

    /** TCP itself. */
    record Plain(SocketChannel channel) implements Bytes {
        @Override
        public boolean isOpen() {
            return channel.isConnected();
        }

        @Override
        public void connected() {}

        @Override
        public int read(ByteBuffer to) throws IOException {
            return channel.read(to);
        }

        @Override
        public boolean isUnread() {
            // The selector says so.
            return false;
        }

        @Override
        public void write(ByteBuffer from) throws IOException {
            channel.write(from);
        }

        @Override
        public boolean isPending() {
            return false;
        }

        @Override
        public void flush() {}
    }
}
