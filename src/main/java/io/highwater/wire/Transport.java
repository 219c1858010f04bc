package io.highwater.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A reliable byte stream under the engine: a TCP connection, a TLS connection, an HTTP/2 stream,
 * and later a QUIC stream. Nothing here blocks.
 *
 * <p>Reads have one caller at a time, writes have one caller at a time, and the two may overlap.
 */
public interface Transport {
    /**
     * What a transport tells the engine. Called on a transport thread: it must not block, and does
     * no more there than a bounded read where {@link Transport#readsAtNobodysCost}.
     */
    interface Events {
        /** Answers {@link Transport#whenReadable}, once. */
        void onReadable();

        /** Answers a {@link Transport#write} that returned false: the bytes are gone. */
        void onWritten();

        /** The transport is over, by the peer or by an error; may come more than once. */
        void onTransportClosed(@Nullable Throwable cause);
    }

    /** Name for metrics and logs. */
    TransportKind kind();

    /** The peer's address in text, for logs. */
    String remoteAddress();

    /**
     * Appends to what {@code to} holds: bytes go between its limit and its capacity, and the limit
     * moves. There must be room.
     *
     * @return bytes read, 0 for none now, -1 for the end
     */
    int fill(ByteBuffer to) throws IOException;

    /**
     * Whether {@link #fill} on the thread that calls {@link Events#onReadable} keeps no other
     * connection waiting for more than a system call: not if it decrypts, nor on the thread that
     * parses an HTTP/2 connection.
     */
    default boolean readsAtNobodysCost() {
        return false;
    }

    /**
     * On the thread that brought an event: has {@code wake}, which hands a task to {@code
     * executor}, called as soon as this thread has seen to other connections that are ready,
     * perhaps on one of the executor's. False, or an exception: nothing is called, the caller does
     * it at once.
     */
    default boolean wakeSoon(Executor executor, Runnable wake) {
        return false;
    }

    /** Asks for one {@link Events#onReadable}, when there are bytes, the end, or an error. */
    void whenReadable();

    /**
     * Writes of {@code from} what goes at once, moving its position, if that calls nobody back and
     * keeps no reference to it; a transport that can't promise this writes nothing. True: all is
     * gone. False: the rest is for {@link #write}, from any buffer.
     */
    default boolean flush(ByteBuffer from) throws IOException {
        return false;
    }

    /**
     * Writes what remains in {@code from}. True: all is gone and {@code from} is free again. False:
     * the transport keeps a reference to it, must find it unchanged, writes the rest by itself and
     * then calls {@link Events#onWritten}. It is given one buffer and never a second one meanwhile.
     */
    boolean write(ByteBuffer from) throws IOException;

    /** Says that nothing more will be written: FIN or END_STREAM after what is in flight. */
    void shutdownOutput();

    /**
     * Ends it politely: after what was written, releasing what the peer still sends. On HTTP/2 the
     * peer gets time to end its half of the stream.
     */
    void close();

    /** Ends it now: a TCP reset or RST_STREAM, dropping what is in flight. */
    void abort();
}
