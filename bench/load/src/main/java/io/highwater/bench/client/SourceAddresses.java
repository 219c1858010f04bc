package io.highwater.bench.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Spreads the connections of a process over 127.0.0.1 and its neighbours, whichever client makes
 * them: one source address has some 28,000 ports, and those of closed connections wait for a minute
 * (TIME_WAIT). Nor is a port for the kernel to choose that was bound before on any address, so that
 * all are bound. Linux answers on all of 127.0.0.0/8; elsewhere the first address is all there is.
 * Thread-safe.
 */
final class SourceAddresses {
    private static final int PER_ADDRESS = 10_000;
    private static final int ADDRESSES = 100;
    private static final boolean LINUX = "Linux".equals(System.getProperty("os.name"));

    private static final AtomicLong CONNECTIONS = new AtomicLong();

    private SourceAddresses() {}

    /** Gives the channel its source address. */
    static void bind(SocketChannel channel) throws IOException {
        if (LINUX) {
            int address = (int) (CONNECTIONS.getAndIncrement() / PER_ADDRESS % ADDRESSES);
            byte[] source = {127, 0, 0, (byte) (1 + address)};
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
        }
    }
}
