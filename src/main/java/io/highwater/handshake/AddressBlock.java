package io.highwater.handshake;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which is the least that a
 * single host is given. Immutable.
 *
 * @param bits the address or the first half of it
 */
record AddressBlock(boolean ipv6, long bits) {
    static AddressBlock of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4
                ? new AddressBlock(false, bytes.getInt())
                : new AddressBlock(true, bytes.getLong());
    }
}
