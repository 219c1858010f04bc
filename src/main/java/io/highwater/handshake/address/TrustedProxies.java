package io.highwater.handshake.address;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the client behind trusted proxies. Thread-safe.
 *
 * <p>X-Forwarded-For is read from its right end, the nearest hop, up to the first address that is
 * no trusted proxy. That address is the client; everything further left is unverified and not read.
 * If -Proto and -Host are lists too, the element of the same hop counts, for the same reason; a
 * shorter list was written by a proxy further out, so its leftmost element counts.
 */
public final class TrustedProxies {
    private static final Logger LOG = LoggerFactory.getLogger(TrustedProxies.class);
    private static final String KEY = "highwater.handshake.trusted-proxies";
    static final String FOR = "X-Forwarded-For";
    static final String PROTO = "X-Forwarded-Proto";
    static final String HOST = "X-Forwarded-Host";

    private final List<Cidr> trusted;
    private final AtomicBoolean warned = new AtomicBoolean();

    private TrustedProxies(List<Cidr> trusted) {
        this.trusted = trusted;
    }

    /**
     * @param blocks addresses and CIDRs from the configuration
     */
    public static TrustedProxies of(List<String> blocks) {
        return new TrustedProxies(blocks.stream().map(TrustedProxies::parse).toList());
    }

    private static Cidr parse(String text) {
        Cidr block = Cidr.parse(text);
        if (block == null) {
            throw new IllegalArgumentException(
                    KEY
                            + ": \""
                            + text
                            + "\" is not an address or CIDR, as 10.0.0.0/8 or 2001:db8::/32");
        }
        return block;
    }

    /** The client of a request. */
    public ClientView look(RequestHead request) {
        InetAddress peer =
                Objects.requireNonNull(request.peer().getAddress(), "peer is not resolved");
        return isTrusted(peer) ? behindProxy(request, peer) : direct(request, peer);
    }

    private ClientView direct(RequestHead request, InetAddress peer) {
        if (isForwarded(request) && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "X-Forwarded headers of {} are ignored: it is not in {} (said once)",
                    peer.getHostAddress(),
                    KEY);
        }
        return ClientView.direct(peer, request);
    }

    private ClientView behindProxy(RequestHead request, InetAddress peer) {
        Hops hops = new Hops(request.headers(FOR));
        InetAddress address = peer;
        int depth = 0;
        for (int i = 0; isTrusted(address); i++) {
            String hop = hops.next();
            InetAddress next = hop == null ? null : IpLiteral.parseHop(hop);
            if (next == null) {
                break;
            }
            address = next;
            depth = i;
        }
        return ClientView.behindProxies(address, request, depth);
    }

    public boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    private static boolean isForwarded(RequestHead request) {
        return !request.headers(FOR).isEmpty()
                || !request.headers(PROTO).isEmpty()
                || !request.headers(HOST).isEmpty();
    }
}
