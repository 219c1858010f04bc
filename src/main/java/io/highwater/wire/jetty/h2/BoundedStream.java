package io.highwater.wire.jetty.h2;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.HTTP2StreamEndPoint;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.FailureFrame;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.util.Callback;

/**
 * A stream that pays for what it was sent and has not been read. Thread-safe as Jetty's.
 *
 * <p>Jetty queues DATA as slices of the connection's read buffer, and each slice retains all 16 KiB
 * of it; a single byte that is not read soon would cost that much. So what comes while no reader
 * waits for it is copied, and counted.
 */
class BoundedStream extends HTTP2Stream implements Debtor {
    /** A frame in Jetty's queue, without its payload: copy, buffer, frame, array. Measured. */
    static final int FRAME_BYTES = 136;

    private static final int CLOSED = ErrorCode.STREAM_CLOSED_ERROR.code;

    private static final MetaData.Request CONNECT = request(HttpMethod.CONNECT);

    /** A reader waits for the next DATA, and will read it at once. */
    private volatile boolean demanded;

    /** A part of the answer is with the flusher, which waits for a window or for the socket. */
    private volatile boolean writing;

    @GuardedBy("this")
    private boolean over;

    /** Bytes of the copies in Jetty's queue. */
    @GuardedBy("this")
    private int keptBytes;

    /** When the first of these copies came. */
    @GuardedBy("this")
    private long keptSinceNanos;

    /** The stream of a WebSocket. */
    BoundedStream(BatchingSession session, int id) {
        this(session, id, CONNECT);
    }

    BoundedStream(BatchingSession session, int id, MetaData.Request request) {
        super(session, id, request, false);
    }

    /**
     * What a stream keeps of its request: Jetty asks only for the method, but would keep the whole
     * head for as long as the stream lives.
     */
    static MetaData.Request request(HttpMethod method) {
        return new MetaData.Request(
                method.asString(), HttpURI.from("/"), HttpVersion.HTTP_2, HttpFields.EMPTY);
    }

    private BatchingSession session() {
        return (BatchingSession) getSession();
    }

    private Book book() {
        return session().bounds().ledger().book(Account.INBOUND);
    }

    // What Jetty calls.

    @Override
    public void demand() {
        demanded = true;
        super.demand();
    }

    /** Whether a reader waits for the next DATA. */
    final boolean isDemanded() {
        return demanded;
    }

    @Override
    public void send(FrameList frames, Callback callback) {
        writing = true;
        super.send(frames, callback);
    }

    @Override
    public void data(DataFrame frame, Callback callback) {
        writing = true;
        super.data(frame, callback);
    }

    @Override
    public void succeeded() {
        writing = false;
        super.succeeded();
    }

    @Override
    public void failed(Throwable cause) {
        writing = false;
        super.failed(cause);
    }

    @Override
    public Stream.Data readData() {
        demanded = false;
        Stream.Data data = super.readData();
        if (data instanceof Copy copy) {
            release(copy.bytes());
        }
        return data;
    }

    @Override
    public void process(Stream.Data data) {
        if (demanded) {
            demanded = false;
            super.process(data);
            return;
        }
        Copy copy = new Copy(data.frame());
        if (keep(copy.bytes())) {
            super.process(copy);
            book().settle(payer());
        }
    }

    /**
     * RFC 9113 section 5.1: a peer that has ended its half sends no more HEADERS. Jetty takes each
     * of them for trailers, and queues one more end of the body.
     */
    @Override
    public void process(Frame frame, Callback callback) {
        if (frame.getType() != FrameType.HEADERS || !(isLastDataReceived() || isRemotelyClosed())) {
            super.process(frame, callback);
            return;
        }
        callback.succeeded();
        if (isClosed()) {
            session().onHeadersAfterEnd();
            return;
        }
        // The reset counts as waste.
        resetFirst(CLOSED, "headers_after_end");
    }

    /**
     * Resets the stream, then fails it. In the other order, a reader that hears of the failure, or
     * Jetty if the request has no handler yet, would reset the stream with another error.
     */
    private void resetFirst(int error, String reason) {
        reset(new ResetFrame(getId(), error), Callback.NOOP);
        IOException failure = new EofException(reason);
        super.process(new FailureFrame(error, reason, failure), Callback.NOOP);
    }

    /** The stream has ended, was reset or has failed, and is no longer in any map. */
    @Override
    public void onClose() {
        releaseAll();
        if (getAttachment() instanceof RequestStream request) {
            request.onStreamClosed();
        }
        super.onClose();
    }

    /**
     * Jetty's idle timer ends plain HTTP. A WebSocket may be silent: that is the keepalive's
     * business, which may be off. So a WebSocket's idle timer is switched off here.
     */
    @Override
    protected void onIdleTimeout(TimeoutException timeout) {
        if (getAttachment() instanceof HTTP2StreamEndPoint) {
            setIdleTimeout(-1);
        } else {
            super.onIdleTimeout(timeout);
        }
    }

    private boolean keep(int bytes) {
        boolean joins;
        synchronized (this) {
            if (over) {
                return false;
            }
            long fair = book().fairBytes();
            joins = keptBytes <= fair && keptBytes + bytes > fair;
            if (keptBytes == 0) {
                keptSinceNanos = session().bounds().ticker().nanoTime();
            }
            keptBytes += bytes;
            book().add(payer(), bytes);
            if (joins) {
                book().join(this);
            }
        }
        return true;
    }

    private synchronized void release(int bytes) {
        if (!over) {
            keptBytes -= bytes;
            book().add(payer(), -bytes);
            if (keptBytes == 0) {
                book().leave(this);
            }
        }
    }

    private synchronized boolean releaseAll() {
        if (over) {
            return false;
        }
        over = true;
        if (keptBytes > 0) {
            book().leave(this);
            book().add(payer(), -keptBytes);
            keptBytes = 0;
        }
        return true;
    }

    // What the request's place asks, while the stream is a request.

    /** Bytes of the body and of the answer that went over the wire; counted for plain requests. */
    long movedBytes() {
        return 0;
    }

    /** Whether it is the client's turn: a part of the answer waits until the client reads. */
    boolean waitsForClient() {
        return writing;
    }

    /** Tells the reader or the writer, then resets the stream. */
    final void giveUp(String reason) {
        getSession().onStreamFailure(getId(), ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, reason);
    }

    /**
     * The same for a request that nobody has looked at: its client may send it again (RFC 9113
     * section 8.7).
     */
    final void refuse(String reason) {
        resetFirst(ErrorCode.REFUSED_STREAM_ERROR.code, reason);
    }

    // As a debtor.

    @Override
    public final Payer payer() {
        return session().payer();
    }

    @Override
    public final synchronized long keptBytes() {
        return keptBytes;
    }

    @Override
    public final synchronized long ageNanos(long nowNanos) {
        return nowNanos - keptSinceNanos;
    }

    @Override
    public final boolean end(Account account) {
        if (!releaseAll()) {
            return false;
        }
        giveUp("full: " + account.label());
        return true;
    }

    /** Jetty's hash code is the stream's number, and all connections have the same numbers. */
    @Override
    public final int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public final boolean equals(Object other) {
        return this == other;
    }

    /**
     * DATA that retains nothing else. It has no reference count: the garbage collector frees it.
     */
    private static final class Copy extends Stream.Data {
        Copy(DataFrame frame) {
            super(
                    new DataFrame(
                            frame.getStreamId(),
                            copy(frame.getByteBuffer()),
                            frame.isEndStream(),
                            frame.padding()));
        }

        private static ByteBuffer copy(ByteBuffer from) {
            return ByteBuffer.allocate(from.remaining()).put(from).flip();
        }

        int bytes() {
            return FRAME_BYTES + frame().getByteBuffer().capacity();
        }
    }
}
