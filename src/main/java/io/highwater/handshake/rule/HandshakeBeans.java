package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.address.TrustedProxies;
import io.highwater.identity.Tokens;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Adds what the rules depend on to a container. The code that starts a node creates one instance
 * and gives it to each of the node's containers, so that places and rates are counted for all of
 * them together.
 *
 * <pre>{@code
 * SeContainer container = SeContainerInitializer.newInstance()
 *         .addExtensions(new HandshakeBeans(settings, observer, ticker))
 *         .initialize();
 * Handshake handshake = container.select(Handshake.class).get();
 * }</pre>
 *
 * Immutable except for what it counts; thread-safe.
 */
public final class HandshakeBeans implements Extension {
    private final HandshakeSettings settings;
    private final HandshakeObserver observer;
    private final Ledger ledger;
    private final TrustedProxies proxies;
    private final AddressRates rates;
    private final ConnectionPlaces places;
    private final LogLimit logs;
    private final NodeTokens tokens;

    /** For a node that does not limit the memory of its sessions. */
    public HandshakeBeans(HandshakeSettings settings, HandshakeObserver observer, Ticker ticker) {
        this(settings, observer, null, Ledger.unbounded(), ticker, LogLimit.none());
    }

    /**
     * @param tokens checks tokens; null if they are not looked at
     * @param ledger accounts for the memory that sessions make the node keep
     * @param logs limits what clients may cause in the log
     */
    public HandshakeBeans(
            HandshakeSettings settings,
            HandshakeObserver observer,
            @Nullable Tokens tokens,
            Ledger ledger,
            Ticker ticker,
            LogLimit logs) {
        this.tokens = new NodeTokens(tokens);
        this.ledger = ledger;
        this.logs = logs;
        this.settings = settings;
        this.observer = observer;
        this.proxies = settings.proxies();
        this.rates = new AddressRates(settings, ticker);
        this.places = new ConnectionPlaces(settings);
    }

    /** The sessions of the node, including those that are being opened. */
    public int connections() {
        return places.taken();
    }

    void add(@Observes AfterBeanDiscovery event) {
        add(event, HandshakeSettings.class, settings);
        add(event, HandshakeObserver.class, observer);
        add(event, TrustedProxies.class, proxies);
        add(event, AddressRates.class, rates);
        add(event, ConnectionPlaces.class, places);
        add(event, NodeTokens.class, tokens);
        add(event, Ledger.class, ledger);
        add(event, LogLimit.class, logs);
    }

    private static <T> void add(AfterBeanDiscovery event, Class<T> type, T value) {
        event.<T>addBean().types(type).scope(Singleton.class).createWith(context -> value);
    }
}
