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
 * @param decoders those whose type fits, in the order in which they are asked; of a table that
 *     sessions share ({@link SessionCodecs} makes their own of them)
 * @param handler the added handler; null for a method
 */
public record MessageTarget(
        MessageShape shape,
        List<Decoders.Entry> decoders,
        Receiver receiver,
        @Nullable MessageHandler handler) {
    /**
     * @throws IllegalStateException several decoders for one stream
     */
    public MessageTarget {
        if (shape.isStream() && decoders.size() != 1) {
            throw new IllegalStateException(
                    "a stream is read by one decoder, not by each of " + decoders);
        }
    }

    /** What takes a message, or a part of one and whether it is the last. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * @return what is to be sent as an answer, or null
         * @throws Throwable whatever the team's code threw
         */
        @Nullable Object receive(ReceivingSession session, Object... message) throws Throwable;
    }
}
