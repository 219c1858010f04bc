package io.highwater.wire.jetty.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.HTTP2StreamEndPoint;
import org.eclipse.jetty.http2.api.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One stream's part of its connection's {@link StreamBatcher}: bytes that were copied into the
 * batch, and after them at most one buffer that still belongs to the writer, while the batch has no
 * room or a window is short.
 *
 * <p>{@link #write}, {@link #end} and {@link #drop} are thread-safe as {@link
 * io.highwater.wire.Transport} asks; all state is guarded by the batcher's monitor, and only the
 * batcher and the batch touch it.
 */
final class StreamOutput {
    /** The state of a write whose buffer was not copied at once. */
    enum Offer {
        NONE,
        /** {@link #write} has not returned. */
        BEING_MADE,
        /** The buffer is on the socket, and {@link #write} has not returned. */
        TAKEN_INLINE,
        /** {@link #write} has returned false: an event follows. */
        LEFT
    }

    final HTTP2Stream stream;
    private final StreamTransport transport;
    private final StreamBatcher batcher;

    /** Payload in the batch that is not counted against the windows yet. */
    int batchedBytes;

    /**
     * The buffer that the writer waits for; between calls only this changes its position or
     * content.
     */
    @Nullable ByteBuffer waiting;

    /** It is in line for the next batch; false while its own window is empty. */
    boolean inLine;

    Offer offer = Offer.NONE;

    /** END_STREAM must follow the last byte. */
    boolean endDue;

    /** What is left will not be sent. */
    private boolean dropped;

    StreamOutput(StreamTransport transport, HTTP2Stream stream, StreamBatcher batcher) {
        this.transport = transport;
        this.stream = stream;
        this.batcher = batcher;
    }

    /** The output of a stream; null if it is not a WebSocket, or not yet. */
    static @Nullable StreamOutput of(@Nullable Stream stream) {
        return stream instanceof HTTP2Stream http2
                        && http2.getAttachment() instanceof HTTP2StreamEndPoint endPoint
                        && endPoint.getConnection() instanceof StreamTransport transport
                ? transport.output()
                : null;
    }

    /** As {@link io.highwater.wire.Transport#write}. */
    boolean write(ByteBuffer from) throws IOException {
        return batcher.write(this, from);
    }

    /**
     * The writer writes nothing more.
     *
     * @return true if nothing is left to send; otherwise {@link StreamTransport#onOutputSent}
     *     follows
     */
    boolean end() {
        synchronized (batcher) {
            endDue = !dropped && !isSent();
            return !endDue;
        }
    }

    /** The stream is over: what is left is not sent, and no writer waits for it any more. */
    void drop() {
        boolean batched;
        synchronized (batcher) {
            batched = batchedBytes > 0;
            dropped = true;
            waiting = null;
            endDue = false;
        }
        if (batched) {
            batcher.onDropped();
        }
    }

    /**
     * Guarded by the batcher. True: none of its bytes may go on the wire any more. Jetty tells that
     * a stream was reset or has failed before it reads the connection's next frame.
     */
    boolean isDropped() {
        return dropped;
    }

    /** Guarded by the batcher. */
    boolean isSent() {
        return batchedBytes == 0 && waiting == null;
    }

    /** Guarded by the batcher: these bytes are on their way. */
    void charge(int bytes) {
        stream.updateSendWindow(-bytes);
    }

    /** {@link #write} returns: true if its buffer has gone meanwhile. */
    boolean leave() {
        synchronized (batcher) {
            boolean taken = offer == Offer.TAKEN_INLINE;
            offer = taken ? Offer.NONE : Offer.LEFT;
            return taken;
        }
    }

    /** The batch with the last of its bytes is on the socket. Called without the monitor. */
    void landed() {
        boolean written;
        boolean ended;
        synchronized (batcher) {
            if (dropped) {
                return;
            }
            written = waiting == null && offer == Offer.LEFT;
            if (written) {
                offer = Offer.NONE;
            } else if (waiting == null && offer == Offer.BEING_MADE) {
                offer = Offer.TAKEN_INLINE;
            }
            ended = endDue && isSent();
            endDue &= !ended;
        }
        if (written) {
            transport.onOutputWritten();
        }
        if (ended) {
            transport.onOutputSent();
        }
    }

    /** The connection is over. Called without the monitor. */
    void lost(Throwable cause) {
        drop();
        transport.failed(cause);
    }
}
