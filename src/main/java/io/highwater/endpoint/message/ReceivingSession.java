package io.highwater.endpoint.message;

import io.highwater.endpoint.codec.Decoders;
import io.highwater.endpoint.jetty.MessageSinks;
import io.highwater.endpoint.remote.Remotes;
import io.highwater.endpoint.remote.SendingSession;
import io.highwater.outbound.SendQueues;
import io.highwater.wire.Wire;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Session;
import java.io.IOException;
import java.security.Principal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The receiving part of an endpoint's session: how large messages may be, and where they go.
 * Messages come one at a time on the session's run; the limits are thread-safe.
 */
public abstract class ReceivingSession extends SendingSession implements MessageSinks.Owner {
    private final InboundMessages inbound;
    private volatile int maxTextBytes;
    private volatile int maxBinaryBytes;

    /**
     * @param targets where messages go until handlers are added
     * @param maxMessageBytes limit of the route
     */
    protected ReceivingSession(
            Wire wire, SendQueues queues, MessageTargets targets, long maxMessageBytes) {
        super(wire, queues);
        this.inbound = new InboundMessages(this, targets);
        this.maxTextBytes = (int) Math.min(maxMessageBytes, Integer.MAX_VALUE);
        this.maxBinaryBytes = maxTextBytes;
    }

    public final InboundMessages inbound() {
        return inbound;
    }

    // What the other parts of the session provide.

    /** The object whose methods are called. */
    public abstract Object endpoint();

    /** Null before {@code onOpen}, and after an {@code onOpen} that failed. */
    public abstract @Nullable Session jakartaSession();

    public abstract Map<String, String> pathParams();

    /** Who the client is; null if that is not known. */
    public abstract @Nullable Principal principal();

    /** The node's limit, which applies if the endpoint sets none of its own. */
    protected abstract long nodeMaxMessageBytes();

    protected abstract MessageSinks sinks();

    /** Calls {@code callback} within a request context of the bean container. */
    protected abstract void inRequest(Callback callback) throws Throwable;

    /**
     * Reports {@code failure} to the endpoint and returns whether the session continues. Like
     * {@link #failed}, but asks for no further message.
     */
    protected abstract boolean survives(Throwable failure);

    /** A call that may throw anything. */
    @FunctionalInterface
    public interface Callback {
        void call() throws Throwable;
    }

    // Messages.

    /** Sends what a method returned, if anything; returns when the transport has taken it. */
    final void answer(@Nullable Object message) throws IOException, EncodeException {
        if (message != null && jakartaSession() != null) {
            Remotes.sendObject(this, message);
        }
    }

    final Decoder decoder(Decoders.Entry entry) throws IOException {
        return entry.shared() == null ? codecs().own(entry) : entry.shared();
    }

    public final int maxTextBytes() {
        return maxTextBytes;
    }

    /** Jakarta's -1 and 0 mean "no limit"; here they mean the node's limit. */
    public final void maxTextBytes(int bytes) {
        maxTextBytes = limit(bytes);
        limitWire();
    }

    public final int maxBinaryBytes() {
        return maxBinaryBytes;
    }

    /** See {@link #maxTextBytes(int)}. */
    public final void maxBinaryBytes(int bytes) {
        maxBinaryBytes = limit(bytes);
        limitWire();
    }

    private int limit(int bytes) {
        return bytes > 0 ? bytes : (int) Math.min(nodeMaxMessageBytes(), Integer.MAX_VALUE);
    }

    /** The wire enforces the larger limit, {@link InboundMessages} the smaller one. */
    private void limitWire() {
        wire().maxMessageBytes(Math.max(maxTextBytes, maxBinaryBytes));
    }
}
