package io.highwater.wire.jetty;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a TCP connection so that the kernel drops what the peer does not read. Stateless. */
public final class TcpReset {
    private static final Logger LOG = LoggerFactory.getLogger(TcpReset.class);

    private TcpReset() {}

    /**
     * @param endPoint the connection's, or one on top of it
     * @param cause what is told to those that wait for the connection; null if none is needed
     */
    public static void of(EndPoint endPoint, @Nullable Throwable cause) {
        EndPoint bottom = BottomEndPoint.of(endPoint);
        if (bottom.getTransport() instanceof SocketChannel channel) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                LOG.debug("no reset for a socket that is gone", e);
            }
        }
        bottom.close(cause);
        endPoint.close(cause);
    }
}
