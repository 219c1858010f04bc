package io.highwater.handshake.rule;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.limits.AddressBlock;
import io.highwater.time.Ticker;
import java.time.Duration;

/**
 * Limits how often each address may open the first session of a TCP connection, and how often a TCP
 * connection may open further ones. Thread-safe.
 *
 * <p>The table of addresses has a maximum size. It forgets an address after the time in which its
 * bucket fills up again, because a new bucket is the same then. An address that is evicted earlier
 * starts with a full bucket, so the limit gets weaker and never stricter.
 */
final class AddressRates {
    /**
     * Some 400 B each. As a refill takes seconds, it takes this many addresses within seconds to
     * evict one early.
     */
    static final int MAX_ADDRESSES = 20_000;

    private final TimeMeter meter;
    private final Bandwidth firsts;
    private final Bandwidth streams;
    private final Cache<AddressBlock, Bucket> byAddress;

    AddressRates(HandshakeSettings settings, Ticker ticker) {
        meter = new TickerMeter(ticker);
        firsts = bandwidth(settings.ratePerIp(), settings.burstPerIp());
        streams = bandwidth(settings.streamsPerSecond(), settings.streamsBurst());
        byAddress =
                Caffeine.newBuilder()
                        .maximumSize(MAX_ADDRESSES)
                        .expireAfterAccess(refillTime(settings.ratePerIp(), settings.burstPerIp()))
                        .ticker(ticker::nanoTime)
                        .executor(Runnable::run)
                        .build();
    }

    /** Nanoseconds to wait; 0 if admitted now. */
    long admit(AddressBlock address) {
        return byAddress
                .get(address, key -> bucket(firsts))
                .tryConsumeAndReturnRemaining(1)
                .getNanosToWaitForRefill();
    }

    /** A new bucket for one TCP connection. */
    StreamRate newStreamRate() {
        return new StreamRate(bucket(streams));
    }

    long addresses() {
        byAddress.cleanUp();
        return byAddress.estimatedSize();
    }

    private Bucket bucket(Bandwidth bandwidth) {
        return Bucket.builder().addLimit(bandwidth).withCustomTimePrecision(meter).build();
    }

    private static Bandwidth bandwidth(int perSecond, int burst) {
        return Bandwidth.builder()
                .capacity(burst)
                .refillGreedy(perSecond, Duration.ofSeconds(1))
                .build();
    }

    private static Duration refillTime(int perSecond, int burst) {
        return Duration.ofSeconds(1 + burst / perSecond);
    }

    /** Starts at 0: Bucket4j compares times by value, and a Ticker's times may wrap around. */
    private static final class TickerMeter implements TimeMeter {
        private final Ticker ticker;
        private final long originNanos;

        TickerMeter(Ticker ticker) {
            this.ticker = ticker;
            this.originNanos = ticker.nanoTime();
        }

        @Override
        public long currentTimeNanos() {
            return ticker.nanoTime() - originNanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
