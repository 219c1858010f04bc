package io.highwater.wire;

import io.highwater.limits.Payer;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * WAIST 1, the verbs out: one WebSocket, from the upgrade to its end. {@link WireListener} has the
 * events in.
 *
 * <p>No verb blocks and none throws for what a peer did. Thread-safe: every verb may be called from
 * any thread, except that {@link #write} has one caller at a time (the session's queue). Nothing
 * can be written before the opening handshake is answered: whatever ends the session before that
 * ends the transport, and the listener hears of it if the upgrade comes all the same.
 */
public interface Wire {
    /** The control frames of the layers above; answers to Pings and Closes are the wire's own. */
    enum Control {
        /** Keepalive's Ping, the only one that {@link WireActivity} tells of. */
        KEEPALIVE_PING,
        /** The application's Ping. */
        PING,
        /** The application's Pong, which no Ping has asked for. */
        PONG
    }

    /**
     * Writes finished frames after what is in flight. False says that the transport is full: the
     * wire writes the rest by itself, {@link WireListener#onWritable} follows, and until then no
     * other write may be made. After the end of the session frames are dropped and the result is
     * true; it is false if this write met the end.
     */
    boolean write(OutboundFrame frame);

    /**
     * Called after a {@link #write} that returned false, on its thread. Returns the bytes that the
     * wire keeps for that write beside the frame: a form of the frame that no other wire shares, or
     * a record of TLS.
     */
    int ownFormBytes();

    /**
     * Sends a control frame with up to 125 bytes of {@code payload}, before all data frames but the
     * one in flight. It replaces one of its kind that has not left yet.
     */
    void control(Control kind, ByteBuffer payload);

    /**
     * Permits the next {@link WireListener#onFragment}. Without it, the wire still looks for
     * control frames in the first few KiB that come.
     */
    void demand();

    /**
     * Starts the closing handshake: a Close frame after what is in flight, nothing after it.
     * Messages of the peer are read and dropped; {@link WireListener#onClosed} comes with the
     * peer's Close or after {@link WireSettings#closeTimeout}. Without effect once the session is
     * closing.
     */
    void close(CloseStatus status);

    /**
     * Gives the session up: {@link WireListener#onClosed} follows at once, then the Close frame, if
     * the peer reads it within {@code linger}, then the end of the transport.
     */
    void fail(CloseStatus status, Duration linger);

    /** Ends the transport now, with a reset where it has one. */
    void abort();

    /** Changes {@link WireSettings#maxMessageBytes} for the messages that begin from now on. */
    void maxMessageBytes(long bytes);

    /** The transport's kind, for metrics and logs. */
    TransportKind kind();

    /** The other end of the TCP connection; null where it has no address. */
    @Nullable SocketAddress peer();

    /** The same in text, for logs. */
    default String remoteAddress() {
        String text = Objects.toString(peer(), "unknown");
        // An address that was never resolved from a name comes as "/127.0.0.1:80".
        return text.startsWith("/") ? text.substring(1) : text;
    }

    /** The client's address, as trusted proxies report it if there are any, and what it keeps. */
    Payer payer();

    /** The answer's Sec-WebSocket-Extensions; empty where there is none. */
    default String extensions() {
        return "";
    }

    /** After the end: whether it was the peer's Close that began it. */
    default boolean isClosedByPeer() {
        return false;
    }

    /** What passes over this wire, for keepalive. */
    WireActivity activity();
}
