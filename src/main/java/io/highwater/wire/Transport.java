package io.highwater.wire;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reliable byte stream under the engine: a TCP connection, a TLS connection, an HTTP/2 stream,
 * and later a QUIC stream. Nothing here blocks.
 *
 * <p>Reads have one caller at a time, writes have one caller at a time, and the two may overlap.
 */
public interface Transport {
    /**
     * What a transport tells the engine. Called on a transport thread: the engine must not block
     * it, and does no more there than a bounded read where the kind is {@link
     * TransportKind#isPlainSocket}.
     */
    interface Events {
        /**
         * The opening handshake is answered, and the bytes are the WebSocket's from now on.
         *
         * @param early those that came with the request
         */
        void onOpened(ByteBuffer early);

        /**
         * The handshake's request is over: a transport that was not opened by then never will be,
         * and the listener hears neither of an opening nor of an end. Without effect after {@link
         * #onOpened}.
         */
        void onNeverOpened();

        /** Answers {@link Transport#whenReadable}, once. */
        void onReadable();

        /** Answers a {@link Transport#write} that returned false: the bytes are gone. */
        void onWritten();

        /** The transport is over, by the peer or by an error; may come more than once. */
        void onTransportClosed(@Nullable Throwable cause);
    }

    /** Name for metrics and logs. */
    TransportKind kind();

    /** The other end of the connection; null where it has no address. */
    @Nullable SocketAddress peer();

    /**
     * Appends to what {@code to} holds: bytes go between its limit and its capacity, and the limit
     * moves. There must be room.
     *
     * @return bytes read, 0 for none now, -1 for the end
     */
    int fill(ByteBuffer to) throws IOException;

    /** Asks for one {@link Events#onReadable}, when there are bytes, the end, or an error. */
    void whenReadable();

    /**
     * Writes as much of {@code from} as goes at once, moving its position, without a callback and
     * without keeping a reference to the buffer; a transport that can't promise this writes
     * nothing. True: all is gone. False: the rest is for {@link #write}, from any buffer.
     */
    default boolean flush(ByteBuffer from) throws IOException {
        return false;
    }

    /**
     * Writes what remains in {@code from}. True: all is gone and {@code from} is free again. False:
     * the transport keeps a reference to {@code from}, which must not change, writes the rest by
     * itself and then calls {@link Events#onWritten}; until then it is given no second buffer. If
     * it moves the position while it writes the rest, it marks where that began, so that the writer
     * sees a slow peer go on.
     */
    boolean write(ByteBuffer from) throws IOException;

    /** Says that nothing more will be written: FIN or END_STREAM after what is in flight. */
    void shutdownOutput();

    /**
     * Ends the transport politely: after what was written, and discarding what the peer still
     * sends. On HTTP/2 the peer gets time to end its half of the stream.
     */
    void close();

    /** Ends it now: a TCP reset or RST_STREAM, dropping what is in flight. */
    void abort();
}
