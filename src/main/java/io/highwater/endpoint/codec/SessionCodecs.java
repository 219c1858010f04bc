package io.highwater.endpoint.codec;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's own instances of the application's decoders and encoders: created when a message
 * first needs them, destroyed with the session. The codecs of Java's own types are shared by all
 * sessions. Thread-safe.
 */
public final class SessionCodecs {
    private static final Logger LOG = LoggerFactory.getLogger(SessionCodecs.class);

    private final EndpointConfig config;
    private final CodecFactory factory;

    /** Guarded by this, as is the next field. */
    private final List<Made<?>> made = new ArrayList<>(1);

    private boolean over;

    /** A session's own codec for an entry of the shared table. */
    private record Made<C>(Object shared, C own, Consumer<C> destroyer) {
        void destroy() {
            destroyer.accept(own);
        }
    }

    public SessionCodecs(EndpointConfig config, CodecFactory factory) {
        this.config = config;
        this.factory = factory;
    }

    /**
     * The session's own decoder.
     *
     * @throws IllegalStateException if it can't be created
     * @throws ClosedChannelException if the session is over
     */
    public Decoder own(Decoders.Entry entry) throws ClosedChannelException {
        return own(entry, () -> decoder(entry.decoder()), SessionCodecs::destroy);
    }

    private Decoder decoder(Class<? extends Decoder> type) {
        Decoder own = make(type);
        own.init(config);
        return own;
    }

    /**
     * The session's own encoder.
     *
     * @throws IllegalStateException if it can't be created
     * @throws ClosedChannelException if the session is over
     */
    public Encoder own(Encoders.Entry entry) throws ClosedChannelException {
        return entry.inRole(own(entry, () -> encoder(entry.encoder()), SessionCodecs::destroy));
    }

    private Encoder encoder(Class<? extends Encoder> type) {
        Encoder own = make(type);
        own.init(config);
        return own;
    }

    private <C> C make(Class<C> type) {
        try {
            return factory.make(type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " can't be made", e);
        }
    }

    private static void destroy(Decoder decoder) {
        try {
            decoder.destroy();
        } catch (RuntimeException | Error e) {
            log("decoder", decoder, e);
        }
    }

    private static void destroy(Encoder encoder) {
        try {
            encoder.destroy();
        } catch (RuntimeException | Error e) {
            log("encoder", encoder, e);
        }
    }

    private static void log(String kind, Object codec, Throwable failure) {
        LOG.atWarn()
                .addKeyValue(kind, codec.getClass().getName())
                .setCause(failure)
                .log(kind + "_not_destroyed");
    }

    /**
     * Creates and initializes without a lock; if two threads create one, the second is destroyed.
     */
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

    @SuppressWarnings("unchecked") // the codec that was created for an entry has the entry's type
    private synchronized <C> @Nullable C find(Object shared) {
        for (Made<?> codec : made) {
            if (codec.shared == shared) {
                return (C) codec.own;
            }
        }
        return null;
    }

    /** Destroys all instances; no more can be created. */
    public void destroy() {
        List<Made<?>> all;
        synchronized (this) {
            over = true;
            all = List.copyOf(made);
            made.clear();
        }
        all.forEach(Made::destroy);
    }
}
