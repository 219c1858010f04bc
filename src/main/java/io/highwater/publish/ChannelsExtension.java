package io.highwater.publish;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Singleton;

/** Lets the beans of one container have {@link Channels} injected. Immutable. */
public final class ChannelsExtension implements Extension {
    private final NodeChannels channels;

    public ChannelsExtension(NodeChannels channels) {
        this.channels = channels;
    }

    void add(@Observes AfterBeanDiscovery event) {
        event.<Channels>addBean()
                .types(Channels.class)
                .scope(Singleton.class)
                .createWith(context -> channels);
    }
}
