package io.highwater.handshake;

import jakarta.inject.Inject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds who is behind the proxies that are trusted. Thread-safe.
 *
 * <p>X-Forwarded-For is read from its right end, the nearest hop, up to the first address that is
 * no trusted proxy: that is the client, and what stands further left is hearsay. Where -Proto and
 * -Host are lists too, the element of the same hop counts, for the same reason; a shorter list was
 * written by a proxy further out and its leftmost element counts.
 */
@PerNode
final class TrustedProxies {
    private static final Logger LOG = LoggerFactory.getLogger(TrustedProxies.class);
    private static final String FOR = "X-Forwarded-For";
    private static final String PROTO = "X-Forwarded-Proto";
    private static final String HOST = "X-Forwarded-Host";

    private final List<Cidr> trusted;
    private final AtomicBoolean warned = new AtomicBoolean();

    @Inject
    TrustedProxies(HandshakeSettings settings) {
        trusted = settings.proxyBlocks();
    }

    ClientView look(UpgradeRequest request) {
        InetAddress peer =
                Objects.requireNonNull(request.peer().getAddress(), "peer is not resolved");
        return isTrusted(peer) ? behindProxy(request, peer) : direct(request, peer);
    }

    private ClientView direct(UpgradeRequest request, InetAddress peer) {
        if (isForwarded(request) && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "X-Forwarded headers of {} are ignored: it is not in {}trusted-proxies"
                            + " (said once)",
                    peer.getHostAddress(),
                    HandshakeSettings.PREFIX);
        }
        // Plain http may have been https up to a TLS terminator; https is what it is.
        String scheme = request.scheme().equals("https") ? "https" : null;
        return new ClientView(peer, scheme, Authority.parse(request.authority()));
    }

    private ClientView behindProxy(UpgradeRequest request, InetAddress peer) {
        List<String> hops = elements(request, FOR);
        InetAddress address = peer;
        int depth = 0;
        for (int i = 0; i < hops.size() && isTrusted(address); i++) {
            InetAddress next = IpLiteral.parseHop(hops.get(i));
            if (next == null) {
                break;
            }
            address = next;
            depth = i;
        }
        String host = elementOf(elements(request, HOST), depth);
        String proto = elementOf(elements(request, PROTO), depth);
        return new ClientView(
                address,
                proto == null ? null : scheme(proto),
                Authority.parse(host == null ? request.authority() : host));
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    private static boolean isForwarded(UpgradeRequest request) {
        return request.header(FOR) != null
                || request.header(PROTO) != null
                || request.header(HOST) != null;
    }

    private static @Nullable String elementOf(List<String> nearestFirst, int depth) {
        return nearestFirst.isEmpty()
                ? null
                : nearestFirst.get(Math.min(depth, nearestFirst.size() - 1));
    }

    private static @Nullable String scheme(String proto) {
        return switch (proto.toLowerCase(Locale.ROOT)) {
            case "https", "wss" -> "https";
            case "http", "ws" -> "http";
            default -> null;
        };
    }

    /** The elements of a list header, the rightmost, which the nearest proxy wrote, first. */
    private static List<String> elements(UpgradeRequest request, String header) {
        List<String> elements = new ArrayList<>(2);
        for (String line : request.headers(header)) {
            for (String element : line.split(",", -1)) {
                elements.add(0, element.strip());
            }
        }
        return elements;
    }
}
