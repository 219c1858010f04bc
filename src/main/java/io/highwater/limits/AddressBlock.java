package io.highwater.limits;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is the least
 * that a single host is given. Immutable. It is a type of our own because it is looked up for each
 * connection and handshake, and has only two fields.
 *
 * @param bits the address or the first half of it
 */
public record AddressBlock(boolean ipv6, long bits) {
    public static AddressBlock of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4
                ? new AddressBlock(false, bytes.getInt())
                : new AddressBlock(true, bytes.getLong());
    }

    /** For logs: 192.0.2.7, or 2001:db8:0:1::/64. */
    @Override
    public String toString() {
        if (ipv6) {
            return Long.toHexString(bits >>> 48)
                    + ":"
                    + Long.toHexString(bits >>> 32 & 0xFFFF)
                    + ":"
                    + Long.toHexString(bits >>> 16 & 0xFFFF)
                    + ":"
                    + Long.toHexString(bits & 0xFFFF)
                    + "::/64";
        }
        return (bits >>> 24 & 0xFF)
                + "."
                + (bits >>> 16 & 0xFF)
                + "."
                + (bits >>> 8 & 0xFF)
                + "."
                + (bits & 0xFF);
    }
}
