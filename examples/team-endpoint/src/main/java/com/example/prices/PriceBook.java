package com.example.prices;

import com.example.prices.PricesEndpoint.Price;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One for all sessions. Thread-safe, as sessions call it side by side. */
@ApplicationScoped
public class PriceBook {
    private static final long FIRST_CENTS = 100;

    private final Map<String, Long> centsBySymbol = new ConcurrentHashMap<>();

    public Price price(String symbol) {
        return new Price(symbol, centsBySymbol.getOrDefault(symbol, FIRST_CENTS));
    }

    /** Each piece ordered makes it a cent dearer. */
    public Price order(String symbol, int pieces) {
        long cents =
                centsBySymbol.merge(symbol, FIRST_CENTS + pieces, (old, first) -> old + pieces);
        return new Price(symbol, cents);
    }
}
