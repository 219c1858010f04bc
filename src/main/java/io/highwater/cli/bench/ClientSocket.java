package io.highwater.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One of the load client's sockets; it holds no buffer while nothing is half read or half written.
 * Confined to the thread that polls the {@link LoadClient}.
 */
final class ClientSocket {
    /** Where its life stands; it only moves down this list. */
    enum State {
        /** TCP is on its way. */
        CONNECTING,
        /** The upgrade request is out. */
        UPGRADING,
        /** Frames flow. */
        OPEN,
        /** Our Close frame is out; whatever else comes is not counted as a fault. */
        CLOSING,
        CLOSED
    }

    private final int index;
    private final SocketChannel channel;
    private final SelectionKey key;
    private State state = State.CONNECTING;
    private byte @Nullable [] unread;
    private @Nullable ByteBuffer unwritten;

    ClientSocket(int index, SocketChannel channel, SelectionKey key) {
        this.index = index;
        this.channel = channel;
        this.key = key;
    }

    /** Its place in the order of opening, from 0: loads keep what they know of it in arrays. */
    int index() {
        return index;
    }

    State state() {
        return state;
    }

    void moveTo(State next) {
        if (next.compareTo(state) <= 0) {
            throw new IllegalStateException("from " + state + " to " + next);
        }
        state = next;
    }

    void finishConnect() throws IOException {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
    }

    /** What was kept and what the socket has, ready to be read; false at the end of the stream. */
    boolean fill(ByteBuffer in) throws IOException {
        in.clear();
        if (unread != null) {
            in.put(unread);
            unread = null;
        }
        int read = channel.read(in);
        in.flip();
        return read >= 0;
    }

    void keepRest(ByteBuffer in) {
        if (in.hasRemaining()) {
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            unread = rest;
        }
    }

    /** False when an earlier write is still stuck: a load keeps few enough messages in flight. */
    boolean write(ByteBuffer data) throws IOException {
        if (unwritten != null) {
            return false;
        }
        channel.write(data);
        if (data.hasRemaining()) {
            unwritten = ByteBuffer.allocate(data.remaining()).put(data).flip();
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
        return true;
    }

    void flushPending() throws IOException {
        if (unwritten != null) {
            channel.write(unwritten);
            if (!unwritten.hasRemaining()) {
                unwritten = null;
                key.interestOps(SelectionKey.OP_READ);
            }
        }
    }

    void close() throws IOException {
        state = State.CLOSED;
        channel.close();
    }
}
