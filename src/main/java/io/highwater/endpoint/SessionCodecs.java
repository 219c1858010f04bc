package io.highwater.endpoint;

import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.websocket.jakarta.common.decoders.RegisteredDecoder;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's own instances of the decoders and encoders that a team wrote: made when a message
 * first needs them, destroyed with the session. Those of Java's own types are shared by all.
 * Thread-safe.
 */
final class SessionCodecs {
    private static final Logger LOG = LoggerFactory.getLogger(SessionCodecs.class);

    private final EndpointConfig config;
    private final WebSocketComponents components;

    /** Guarded by this, as is the next. */
    private final List<Made<?>> made = new ArrayList<>(1);

    private boolean over;

    /** A session's own codec for an entry of the shared table. */
    private record Made<C>(Object shared, C own, Consumer<C> destroyer) {
        void destroy() {
            destroyer.accept(own);
        }
    }

    SessionCodecs(EndpointConfig config, WebSocketComponents components) {
        this.config = config;
        this.components = components;
    }

    /**
     * The session's own of each, in the same order.
     *
     * @throws ClosedChannelException the session is over
     */
    List<RegisteredDecoder> own(List<RegisteredDecoder> shared) throws ClosedChannelException {
        List<RegisteredDecoder> own = new ArrayList<>(shared.size());
        for (RegisteredDecoder decoder : shared) {
            own.add(own(decoder));
        }
        return own;
    }

    /**
     * @throws ClosedChannelException the session is over
     */
    RegisteredDecoder own(RegisteredDecoder shared) throws ClosedChannelException {
        return shared.primitive
                ? shared
                : own(shared, () -> decoder(shared), RegisteredDecoder::destroyInstance);
    }

    private RegisteredDecoder decoder(RegisteredDecoder shared) {
        RegisteredDecoder own =
                new RegisteredDecoder(
                        shared.decoder,
                        shared.interfaceType,
                        shared.objectType,
                        config,
                        components,
                        false);
        own.getInstance();
        return own;
    }

    /**
     * The session's own encoder.
     *
     * @throws IllegalStateException it can't be made
     * @throws ClosedChannelException the session is over
     */
    Encoder own(Encoders.Entry shared) throws ClosedChannelException {
        return shared.inRole(own(shared, () -> encoder(shared.encoder()), SessionCodecs::destroy));
    }

    private Encoder encoder(Class<? extends Encoder> type) {
        try {
            Encoder own = components.getObjectFactory().createInstance(type);
            own.init(config);
            return own;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the encoder " + type.getName() + " can't be made", e);
        }
    }

    private static void destroy(Encoder encoder) {
        try {
            encoder.destroy();
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("encoder", encoder.getClass().getName())
                    .setCause(e)
                    .log("encoder_not_destroyed");
        }
    }

    /** Made and initialized under no lock; of two made at once the second is destroyed. */
    private <C> C own(Object shared, Supplier<C> maker, Consumer<C> destroyer)
            throws ClosedChannelException {
        C present = find(shared);
        if (present != null) {
            return present;
        }
        C fresh = maker.get();
        synchronized (this) {
            present = find(shared);
            if (present == null && !over) {
                made.add(new Made<>(shared, fresh, destroyer));
                return fresh;
            }
        }
        destroyer.accept(fresh);
        if (present == null) {
            throw new ClosedChannelException();
        }
        return present;
    }

    @SuppressWarnings("unchecked") // what was made for an entry is of one type
    private synchronized <C> @Nullable C find(Object shared) {
        for (Made<?> codec : made) {
            if (codec.shared == shared) {
                return (C) codec.own;
            }
        }
        return null;
    }

    /** Destroys what was made; nothing more is. */
    void destroy() {
        List<Made<?>> all;
        synchronized (this) {
            over = true;
            all = List.copyOf(made);
            made.clear();
        }
        all.forEach(Made::destroy);
    }
}
