package io.highwater.wire.jetty.h2;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * The EndPoint that an HTTP/2 connection reads: it has nothing more to read once the connection has
 * used up its quota. Everything else goes to the socket or to TLS. Thread-safe as those are.
 */
final class QuotaEndPoint implements EndPoint, EndPoint.Wrapper {
    // Jetty reads and parses for as long as bytes come, on the thread that selects for many. Here
    // each time it begins to read it has a quota of steps. When they are used up there is nothing
    // more to read: Jetty waits for the connection to be readable, which it is, and all others of
    // the selector come first. Over TLS, what is decrypted already goes to another thread.

    /**
     * A step is a frame, a read, or a KiB. What one read brings, 16 KiB, is always parsed whole.
     * Over TLS a read brings one record, which may be a byte.
     */
    private static final int STEPS_IN_QUOTA = 256;

    /**
     * A head costs this much because its request is answered, or its handshake decided, on this
     * thread.
     */
    private static final int STEPS_A_HEAD = 16;

    /** After a quota with this many heads, reads are small; otherwise one would bring hundreds. */
    private static final int MANY_HEADS = STEPS_IN_QUOTA / STEPS_A_HEAD;

    private static final int SMALL_READ_BYTES = 2 << 10;

    private final EndPoint endPoint;
    private final BoundedConnection connection;

    // Of this quota. Confined to the thread that produces, one at a time.

    private int steps;
    private int heads;

    /** The previous quota had many heads. */
    private boolean readsSmall;

    QuotaEndPoint(EndPoint endPoint, BoundedConnection connection) {
        this.endPoint = endPoint;
        this.connection = connection;
    }

    void begin() {
        readsSmall = heads >= MANY_HEADS;
        heads = 0;
        steps = 0;
    }

    void onFrame() {
        steps++;
    }

    /** A frame that makes more work than others. */
    void onHead() {
        heads++;
        steps += STEPS_A_HEAD;
    }

    @Override
    public EndPoint unwrap() {
        return endPoint;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (!connection.mayRead() || steps >= STEPS_IN_QUOTA) {
            return 0;
        }
        int most = readsSmall ? SMALL_READ_BYTES : Integer.MAX_VALUE;
        int filled =
                BufferUtil.space(buffer) > most ? fillPart(buffer, most) : endPoint.fill(buffer);
        if (filled > 0) {
            steps += 1 + (filled >> 10);
        }
        return filled;
    }

    /** As in all buffers of Jetty, the free room begins at the limit. */
    private int fillPart(ByteBuffer buffer, int most) throws IOException {
        if (!buffer.hasRemaining()) {
            BufferUtil.clear(buffer);
        }
        ByteBuffer part = buffer.duplicate().clear().slice(buffer.limit(), most).limit(0);
        int filled = endPoint.fill(part);
        if (filled > 0) {
            buffer.limit(buffer.limit() + filled);
        }
        return filled;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return endPoint.getLocalSocketAddress();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return endPoint.getRemoteSocketAddress();
    }

    @Override
    public boolean isOpen() {
        return endPoint.isOpen();
    }

    @Override
    public long getCreatedTimeStamp() {
        return endPoint.getCreatedTimeStamp();
    }

    @Override
    public void shutdownOutput() {
        endPoint.shutdownOutput();
    }

    @Override
    public boolean isOutputShutdown() {
        return endPoint.isOutputShutdown();
    }

    @Override
    public boolean isInputShutdown() {
        return endPoint.isInputShutdown();
    }

    @Override
    public void close() {
        endPoint.close();
    }

    @Override
    public void close(Throwable cause) {
        endPoint.close(cause);
    }

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        return endPoint.flush(buffers);
    }

    @Override
    public Object getTransport() {
        return endPoint.getTransport();
    }

    @Override
    public long getIdleTimeout() {
        return endPoint.getIdleTimeout();
    }

    @Override
    public void setIdleTimeout(long idleTimeout) {
        endPoint.setIdleTimeout(idleTimeout);
    }

    @Override
    public void fillInterested(Callback callback) {
        endPoint.fillInterested(callback);
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        return endPoint.tryFillInterested(callback);
    }

    @Override
    public boolean isFillInterested() {
        return endPoint.isFillInterested();
    }

    @Override
    public void write(Callback callback, ByteBuffer... buffers) {
        endPoint.write(callback, buffers);
    }

    @Override
    public void write(boolean last, ByteBuffer buffer, Callback callback) {
        endPoint.write(last, buffer, callback);
    }

    @Override
    public Callback cancelWrite(Throwable cause) {
        return endPoint.cancelWrite(cause);
    }

    @Override
    public Connection getConnection() {
        return endPoint.getConnection();
    }

    @Override
    public void setConnection(Connection other) {
        endPoint.setConnection(other);
    }

    @Override
    public void onOpen() {
        endPoint.onOpen();
    }

    @Override
    public void onClose(Throwable cause) {
        endPoint.onClose(cause);
    }

    @Override
    public void upgrade(Connection other) {
        endPoint.upgrade(other);
    }

    @Override
    public SslSessionData getSslSessionData() {
        return endPoint.getSslSessionData();
    }

    @Override
    public boolean isSecure() {
        return endPoint.isSecure();
    }
}
