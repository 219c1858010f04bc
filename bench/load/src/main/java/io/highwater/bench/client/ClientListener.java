package io.highwater.bench.client;

import java.nio.ByteBuffer;

/** Hears what the {@link LoadClient} reads, on the thread that polls it. */
@FunctionalInterface
public interface ClientListener {
    /** The upgrade was answered; messages may be sent. */
    default void onOpen(ClientSocket socket) {}

    /**
     * A text or binary message: {@code length} bytes of {@code in} from {@code at}, readable only
     * during the call.
     *
     * @param nowNanos when the bytes were read off the socket
     */
    void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos);
}
