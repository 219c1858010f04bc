package io.highwater.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.highwater.time.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * One {@link Payer} per address. Thread-safe.
 *
 * <p>A payer is found for as long as anything refers to it, and for two minutes after it was looked
 * up last, so that a client that leaves and comes back finds what it has wasted. The number that is
 * kept for those two minutes is limited; an address that is pushed out starts afresh.
 */
public final class Payers {
    /** Some 470 bytes each. */
    private static final int MOST_REMEMBERED = 20_000;

    private static final Duration REMEMBERED = Duration.ofMinutes(2);

    private final AddressLimits limits;
    private final Predicate<InetAddress> isProxy;

    private final AtomicInteger tcp = new AtomicInteger();
    private final AtomicInteger tls = new AtomicInteger();
    private final Cache<AddressBlock, Payer> alive = Caffeine.newBuilder().weakValues().build();
    private final Cache<AddressBlock, Payer> recent;

    /** Trusted proxies, each by its own address: its /64 may have other hosts. */
    private final Cache<InetAddress, Payer> proxies =
            Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

    /**
     * @param isProxy the trusted proxies
     */
    public Payers(AddressLimits limits, Predicate<InetAddress> isProxy, Ticker ticker) {
        this.limits = limits;
        this.isProxy = isProxy;
        recent =
                Caffeine.newBuilder()
                        .maximumSize(MOST_REMEMBERED)
                        .expireAfterAccess(REMEMBERED)
                        .ticker(ticker::nanoTime)
                        .executor(Runnable::run)
                        .build();
    }

    public Payer of(InetAddress address) {
        if (isProxy.test(address)) {
            return proxies.get(address, this::proxy);
        }
        AddressBlock block = AddressBlock.of(address);
        Payer known = recent.getIfPresent(block);
        if (known == null) {
            known = alive.get(block, key -> payer(key, false));
            recent.put(block, known);
        }
        return known;
    }

    private Payer proxy(InetAddress address) {
        return payer(AddressBlock.of(address), true);
    }

    private Payer payer(AddressBlock address, boolean isProxy) {
        return new Payer(
                address, isProxy, limits, new ConnectionCount(tcp), new ConnectionCount(tls));
    }

    /** TCP connections of all addresses that are open now. */
    int tcp() {
        return tcp.get();
    }

    /** Those of them that speak TLS. */
    int tls() {
        return tls.get();
    }
}
