package io.highwater.cli.bench;

import java.nio.ByteBuffer;

/** Hears what the {@link LoadClient} reads, on the thread that polls it. */
@FunctionalInterface
interface ClientListener {
    /**
     * A text or binary message: {@code length} bytes of {@code in} from {@code at}, readable only
     * during the call.
     *
     * @param nowNanos when the bytes were read off the socket
     */
    void onMessage(ClientSocket socket, ByteBuffer in, int at, int length, long nowNanos);
}
