package io.highwater.handshake.address;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A block of IPv4 or IPv6 addresses. Immutable. For why it is own code see {@link IpLiteral}. */
final class Cidr {
    private final byte[] network;
    private final int prefixBits;

    private Cidr(byte[] network, int prefixBits) {
        this.network = network;
        this.prefixBits = prefixBits;
    }

    /** Reads "address/bits" or a single address; null if the text is neither. */
    static @Nullable Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        byte[] bytes = address.getAddress();
        int all = bytes.length * 8;
        int bits = slash < 0 ? all : Decimal.parse(text.substring(slash + 1), all);
        return bits < 0 ? null : new Cidr(bytes, bits);
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefixBits / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != network[i]) {
                return false;
            }
        }
        int rest = prefixBits % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }
}
