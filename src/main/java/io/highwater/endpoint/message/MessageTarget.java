package io.highwater.endpoint.message;

import io.highwater.endpoint.codec.Decoders;
import io.highwater.endpoint.codec.MessageShape;
import io.highwater.endpoint.codec.SessionCodecs;
import jakarta.websocket.MessageHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of one kind go: to a method of the endpoint, which all its sessions share, or
 * to a handler that one session added. Immutable.
 *
 * @param decoders the decoders with a fitting type, in the order in which they are asked; from a
 *     table that sessions share ({@link SessionCodecs} creates each session's own instances)
 * @param handler the added handler; null for a method
 */
public record MessageTarget(
        MessageShape shape,
        List<Decoders.Entry> decoders,
        Receiver receiver,
        @Nullable MessageHandler handler) {
    /**
     * @throws IllegalStateException if a stream does not have exactly one decoder
     */
    public MessageTarget {
        if (shape.isStream() && decoders.size() != 1) {
            throw new IllegalStateException(
                    "a stream is read by one decoder, not by each of " + decoders);
        }
    }

    /** Takes a message, or a part of one together with whether it is the last. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * @return what to send as an answer, or null
         * @throws Throwable what the application's code threw
         */
        @Nullable Object receive(ReceivingSession session, Object... message) throws Throwable;
    }
}
