package io.highwater.wire.jetty;

import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Function;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/** A TCP or TLS connection after an HTTP/1.1 Upgrade: it belongs to one WebSocket. */
final class SocketTransport extends JettyTransport {
    /** Null if TLS is in between, whose records Jetty makes. */
    private final @Nullable SocketChannel channel;

    SocketTransport(
            EndPoint endPoint, TransportKind kind, Function<Transport, ? extends Events> wire) {
        super(endPoint, kind, wire);
        channel =
                kind == TransportKind.HTTP1
                                && endPoint.getTransport() instanceof SocketChannel socket
                        ? socket
                        : null;
    }

    /**
     * Writes straight to the socket: Jetty's EndPoint would only add an array, a gathering write of
     * one buffer, and the time for an idle timeout that is off.
     */
    @Override
    public boolean flush(ByteBuffer from) throws IOException {
        if (channel == null) {
            return false;
        }
        channel.write(from);
        return !from.hasRemaining();
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        boolean gone = channel == null ? getEndPoint().flush(from) : flush(from);
        if (!gone) {
            from.mark();
        }
        return gone || writeByCallback(from);
    }

    @Override
    public void close() {
        getEndPoint().close();
    }

    /** A reset, so that the kernel drops what the peer does not read. */
    @Override
    public void abort() {
        TcpReset.of(getEndPoint(), null);
    }
}
