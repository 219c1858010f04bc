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
 * A stream that pays for what it was sent and nobody has read. Thread-safe as Jetty's.
 *
 * <p>Jetty queues DATA as slices of the connection's read buffer, each of which holds on to all 16
 * KiB of it; a byte that is not read soon would cost as much. So what comes while nobody waits for
 * it is copied, and counted.
 */
class BoundedStream extends HTTP2Stream implements Debtor {
    /** A frame in Jetty's queue, without its payload: copy, buffer, frame, array. Measured. */
    static final int FRAME_BYTES = 136;

    private static final int CLOSED = ErrorCode.STREAM_CLOSED_ERROR.code;

    private static final MetaData.Request CONNECT = request(HttpMethod.CONNECT);

    /** Somebody waits for the next DATA, and will read it at once. */
    private volatile boolean demanded;

    @GuardedBy("this")
    private boolean over;

    /** Of copies in Jetty's queue. */
    @GuardedBy("this")
    private int keptBytes;

    /** When the first of them came. */
    @GuardedBy("this")
    private long keptSinceNanos;

    /** That of a WebSocket. */
    BoundedStream(BatchingSession session, int id) {
        this(session, id, CONNECT);
    }

    BoundedStream(BatchingSession session, int id, MetaData.Request request) {
        super(session, id, request, false);
    }

    /**
     * What a stream keeps of its request: Jetty asks for the method alone, and would keep the whole
     * head, as long as the stream lives.
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

    /** Whether somebody waits for the next DATA. */
    final boolean isDemanded() {
        return demanded;
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
     * for trailers, and queues one more end of the body.
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
        // Counts as waste. It comes first, or whoever is told would reset with another error.
        reset(new ResetFrame(getId(), CLOSED), Callback.NOOP);
        IOException failure = new EofException("headers_after_end");
        super.process(new FailureFrame(CLOSED, "headers_after_end", failure), Callback.NOOP);
    }

    /** It has ended, was reset or has failed, and is in no map any more. */
    @Override
    public void onClose() {
        releaseAll();
        if (getAttachment() instanceof RequestStream request) {
            request.onStreamClosed();
        }
        super.onClose();
    }

    /**
     * Jetty's idle timer ends plain HTTP. The silence of a WebSocket is the keepalive's business,
     * which may be off: its timer is from now on.
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

    // What its request asks, for as long as it is one.

    /** Bytes of the body and of the answer that went over the wire; counted for plain requests. */
    long movedBytes() {
        return 0;
    }

    /** Whether it is the client's turn; of an opening handshake, it always is. */
    boolean waitsForClient() {
        return true;
    }

    /** Resets it, having told whoever reads or writes. */
    final void giveUp(String reason) {
        getSession().onStreamFailure(getId(), ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, reason);
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

    /** Jetty's is the number, which all connections have alike. */
    @Override
    public final int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public final boolean equals(Object other) {
        return this == other;
    }

    /** DATA that holds on to nothing else. Not counted by anybody who retains it: it is garbage. */
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
