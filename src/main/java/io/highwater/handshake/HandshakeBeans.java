package io.highwater.handshake;

import io.highwater.time.Ticker;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Singleton;

/**
 * Brings what the rules depend on into the container. Whoever starts the container makes one:
 *
 * <pre>{@code
 * SeContainer container = SeContainerInitializer.newInstance()
 *         .addExtensions(new HandshakeBeans(settings, observer, ticker))
 *         .initialize();
 * Handshake handshake = container.select(Handshake.class).get();
 * }</pre>
 *
 * Immutable.
 */
public final class HandshakeBeans implements Extension {
    private final HandshakeSettings settings;
    private final HandshakeObserver observer;
    private final AddressRates rates;

    public HandshakeBeans(HandshakeSettings settings, HandshakeObserver observer, Ticker ticker) {
        this.settings = settings;
        this.observer = observer;
        this.rates = new AddressRates(settings, ticker);
    }

    void add(@Observes AfterBeanDiscovery event) {
        add(event, HandshakeSettings.class, settings);
        add(event, HandshakeObserver.class, observer);
        add(event, AddressRates.class, rates);
    }

    private static <T> void add(AfterBeanDiscovery event, Class<T> type, T value) {
        event.<T>addBean().types(type).scope(Singleton.class).createWith(context -> value);
    }
}
