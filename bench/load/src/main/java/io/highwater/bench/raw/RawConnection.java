package io.highwater.bench.raw;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One socket of the {@link RawLoop}: no buffer while idle, the rest of a frame or of a write only
 * while there is one. Confined to the loop's thread.
 */
final class RawConnection {
    private final SocketChannel channel;
    private final SelectionKey key;
    private byte @Nullable [] unread;
    private @Nullable ByteBuffer unwritten;
    private RawLoop.@Nullable Room room;
    private boolean upgraded;

    RawConnection(SocketChannel channel, SelectionKey key) {
        this.channel = channel;
        this.key = key;
    }

    boolean upgraded() {
        return upgraded;
    }

    /** Null for an echo. */
    RawLoop.@Nullable Room room() {
        return room;
    }

    void upgraded(RawLoop.@Nullable Room joined) {
        upgraded = true;
        room = joined;
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

    /** Writes what goes at once and keeps a copy of the rest. */
    void write(ByteBuffer data) throws IOException {
        if (unwritten == null) {
            channel.write(data);
            if (data.hasRemaining()) {
                unwritten = copy(data, data.remaining());
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
        } else {
            ByteBuffer grown = copy(unwritten, unwritten.remaining() + data.remaining());
            grown.limit(grown.capacity()).position(grown.capacity() - data.remaining());
            unwritten = grown.put(data).flip();
        }
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

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer copy(ByteBuffer data, int capacity) {
        ByteBuffer copy = ByteBuffer.allocate(capacity);
        return copy.put(data).flip();
    }
}
