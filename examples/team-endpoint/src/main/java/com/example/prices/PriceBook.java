package com.example.prices;

import com.example.prices.PricesEndpoint.Price;
import io.highwater.publish.Channels;
import io.highwater.publish.PublishOptions;
import io.highwater.publish.Published;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One for all sessions. Thread-safe, as sessions call it side by side. New prices go to the desk's
 * channel, too, where clients that come later find the newest of each symbol.
 */
@ApplicationScoped
public class PriceBook {
    private static final Logger LOG = Logger.getLogger(PriceBook.class.getName());
    private static final long FIRST_CENTS = 100;

    private static final String CHANNEL = "desk:prices";

    private final Map<String, Long> centsBySymbol = new ConcurrentHashMap<>();
    private final Channels channels;

    /** For the proxy that a scope needs. */
    PriceBook() {
        this(null);
    }

    @Inject
    PriceBook(Channels channels) {
        this.channels = channels;
    }

    public Price price(String symbol) {
        return new Price(symbol, centsBySymbol.getOrDefault(symbol, FIRST_CENTS));
    }

    /** Each piece ordered makes it a cent dearer. */
    public Price order(String symbol, int pieces) {
        long cents =
                centsBySymbol.merge(symbol, FIRST_CENTS + pieces, (old, first) -> old + pieces);
        Price price = new Price(symbol, cents);
        channels.publish(CHANNEL, price.json(), PublishOptions.of().withKey(symbol))
                .exceptionally(failure -> notPublished(price, failure));
        return price;
    }

    /** Whoever asks for the price still gets it; the channel's clients see the next one. */
    private static Published notPublished(Price price, Throwable failure) {
        LOG.log(Level.WARNING, "The channel does not know that " + price, failure);
        return null;
    }
}
