package io.highwater.bench.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/**
 * Spreads connections over 127.0.0.1 and its neighbours: one source address has some 28,000 ports,
 * and those of closed connections wait for a minute (TIME_WAIT). Linux answers on all of
 * 127.0.0.0/8; elsewhere the first address is all there is. Confined to one thread.
 */
final class SourceAddresses {
    private static final int PER_ADDRESS = 10_000;
    private static final int ADDRESSES = 100;
    private static final int FIRST = 1;

    private long connections;

    /** Gives the channel its source address. */
    void bind(SocketChannel channel) throws IOException {
        int address = (int) (connections++ / PER_ADDRESS % ADDRESSES);
        if (address > 0) {
            byte[] source = {127, 0, 0, (byte) (FIRST + address)};
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
        }
    }
}
