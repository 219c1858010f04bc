package io.highwater.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of the load client; it holds no buffer while nothing is half read or half
 * written. Confined to the thread that polls.
 */
abstract class Link {
    private final SocketChannel channel;
    private final Bytes bytes;
    private final SelectionKey key;
    private byte @Nullable [] unread;
    private @Nullable ByteBuffer unwritten;
    private boolean reading = true;
    private boolean begun;

    Link(SocketChannel channel, Bytes bytes, SelectionKey key) {
        this.channel = channel;
        this.bytes = bytes;
        this.key = key;
    }

    /** TCP is there: the first bytes may go. */
    abstract void onConnected() throws IOException;

    /** Consumes what is whole of {@code in}. */
    abstract void onRead(ByteBuffer in, long nowNanos) throws IOException;

    /** The connection ended, by the server or by an error. */
    abstract void onEnd();

    /** Sends one WebSocket frame; false where an earlier one is still stuck. */
    abstract boolean send(ClientSocket socket, int opcode, byte[] payload, int length)
            throws IOException;

    /** Stops reading the socket's messages, as a client that hangs. */
    abstract void stall(ClientSocket socket);

    /** Our Close frame is out: says that nothing follows it, where the transport has a word. */
    abstract void endOutput(ClientSocket socket) throws IOException;

    /** The socket is over; the connection may be too. */
    abstract void onClosed(ClientSocket socket);

    void finishConnect() throws IOException {
        channel.finishConnect();
        bytes.connected();
        begin();
        interest();
    }

    /** The first bytes go as soon as what is below is ready for them. */
    private void begin() throws IOException {
        if (!begun && bytes.isOpen()) {
            begun = true;
            onConnected();
        }
    }

    boolean isConnected() {
        return channel.isConnected();
    }

    /** Reads what is there; false at the end of the stream. */
    boolean read(ByteBuffer in, Ticker ticker) throws IOException {
        int count;
        do {
            count = readOnce(in, ticker);
        } while (count > 0 && bytes.isUnread());
        return count >= 0;
    }

    private int readOnce(ByteBuffer in, Ticker ticker) throws IOException {
        in.clear();
        if (unread != null) {
            in.put(unread);
            unread = null;
        }
        int count = bytes.read(in);
        begin();
        in.flip();
        if (in.hasRemaining()) {
            onRead(in, ticker.nanoTime());
        }
        if (in.hasRemaining()) {
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            unread = rest;
        }
        return count;
    }

    boolean isStuck() {
        return unwritten != null || bytes.isPending();
    }

    /** Writes what goes at once and keeps a copy of the rest. */
    void write(ByteBuffer data) throws IOException {
        if (unwritten == null) {
            bytes.write(data);
            if (data.hasRemaining()) {
                unwritten = ByteBuffer.allocate(data.remaining()).put(data).flip();
            }
            if (isStuck()) {
                interest();
            }
        } else {
            ByteBuffer grown = ByteBuffer.allocate(unwritten.remaining() + data.remaining());
            unwritten = grown.put(unwritten).put(data).flip();
        }
    }

    void flushPending() throws IOException {
        if (isStuck()) {
            bytes.flush();
            if (unwritten != null) {
                bytes.write(unwritten);
                unwritten = unwritten.hasRemaining() ? unwritten : null;
            }
            interest();
        }
    }

    void stopReading() {
        reading = false;
        interest();
    }

    private void interest() {
        key.interestOps(
                (reading ? SelectionKey.OP_READ : 0) | (isStuck() ? SelectionKey.OP_WRITE : 0));
    }

    void close() throws IOException {
        channel.close();
    }
}
