package io.highwater.wire.jetty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.EventListener;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A Jetty EndPoint under the engine: what Jetty upgrades to, and what the engine reads and writes.
 * It is its own read callback, so that an idle connection is one object here.
 *
 * <p>Thread-safe as {@link Transport} asks. Callbacks are NON_BLOCKING: they run on Jetty's
 * selector or HTTP/2 parser threads, which leave the listener's callbacks to the session's
 * executor.
 */
public abstract class JettyTransport
        implements Transport, Connection, Connection.UpgradeTo, Callback {
    private final EndPoint endPoint;

    /** Kept because a closed EndPoint no longer knows it, and the log of its end wants it. */
    private final @Nullable SocketAddress remote;

    private final TransportKind kind;
    private final Events wire;
    private ByteBuffer early = BufferUtil.EMPTY_BUFFER;
    private @Nullable WriteCompletion completion;

    /**
     * @param wire makes the engine on this transport, and must not call the transport yet
     */
    protected JettyTransport(
            EndPoint endPoint,
            TransportKind kind,
            Function<Transport, ? extends Transport.Events> wire) {
        this.endPoint = endPoint;
        this.remote = endPoint.getRemoteSocketAddress();
        this.kind = kind;
        this.wire = wire.apply(this);
    }

    protected final Transport.Events wire() {
        return wire;
    }

    // What Jetty calls.

    @Override
    public final EndPoint getEndPoint() {
        return endPoint;
    }

    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        early = buffer;
    }

    @Override
    public void onOpen() {
        // The engine has deadlines of its own; Jetty's would be a scheduled task per connection.
        endPoint.setIdleTimeout(-1);
        ByteBuffer first = early;
        early = BufferUtil.EMPTY_BUFFER;
        wire.onOpened(first);
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        wire.onTransportClosed(cause);
    }

    @Override
    public final boolean onIdleExpired(TimeoutException timeout) {
        return false;
    }

    /** The read callback: there is something to read. */
    @Override
    public void succeeded() {
        wire.onReadable();
    }

    /** The read callback: there will be nothing more to read. */
    @Override
    public final void failed(Throwable cause) {
        wire.onTransportClosed(cause);
    }

    @Override
    public final InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public final void addEventListener(EventListener listener) {}

    @Override
    public final void removeEventListener(EventListener listener) {}

    @Override
    public final long getMessagesIn() {
        return -1;
    }

    @Override
    public final long getMessagesOut() {
        return -1;
    }

    @Override
    public final long getBytesIn() {
        return -1;
    }

    @Override
    public final long getBytesOut() {
        return -1;
    }

    @Override
    public final long getCreatedTimeStamp() {
        return endPoint.getCreatedTimeStamp();
    }

    // What the engine calls.

    @Override
    public final TransportKind kind() {
        return kind;
    }

    @Override
    public final @Nullable SocketAddress peer() {
        return remote;
    }

    @Override
    public int fill(ByteBuffer to) throws IOException {
        return endPoint.fill(to);
    }

    @Override
    public void whenReadable() {
        endPoint.tryFillInterested(this);
    }

    @Override
    public void shutdownOutput() {
        endPoint.shutdownOutput();
    }

    /** Hands the buffer to Jetty; as {@link Transport#write}. */
    protected final boolean writeByCallback(ByteBuffer from) throws IOException {
        WriteCompletion pending = completion;
        if (pending == null) {
            completion = pending = new WriteCompletion();
        }
        pending.start();
        endPoint.write(pending, from);
        return pending.isDoneInline();
    }

    /**
     * One write that Jetty completes. If it completes before {@code EndPoint.write} returns, the
     * writer goes on, by its return value; otherwise the callback goes on, by an event.
     */
    private final class WriteCompletion implements Callback {
        private enum State {
            STARTED,
            DONE_INLINE,
            LEFT_TO_CALLBACK
        }

        @GuardedBy("this")
        private State state = State.STARTED;

        @GuardedBy("this")
        private @Nullable Throwable failure;

        synchronized void start() {
            state = State.STARTED;
        }

        synchronized boolean isDoneInline() throws IOException {
            Throwable cause = failure;
            if (cause != null) {
                throw new IOException("write failed", cause);
            }
            if (state == State.DONE_INLINE) {
                return true;
            }
            state = State.LEFT_TO_CALLBACK;
            return false;
        }

        @Override
        public void succeeded() {
            synchronized (this) {
                if (state == State.STARTED) {
                    state = State.DONE_INLINE;
                    return;
                }
            }
            wire.onWritten();
        }

        @Override
        public void failed(Throwable cause) {
            synchronized (this) {
                failure = cause == null ? new EOFException() : cause;
                if (state == State.STARTED) {
                    return;
                }
            }
            wire.onTransportClosed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
