package io.highwater.wire.jetty.h2;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Deadline;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.wire.jetty.BadRequests;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.CloseState;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.PingFrame;
import org.eclipse.jetty.http2.frames.PriorityFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.http2.hpack.HpackContext;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Jetty's HTTP/2 connection, with a limit on what it may take of a thread and on what it may make
 * us answer. Thread-safe as Jetty's is.
 */
final class BoundedConnection extends HTTP2ServerConnection implements Debtor, BadRequests {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedConnection.class);

    // Each time it reads, the connection has a quota (QuotaEndPoint). And nothing more is read
    // while the peer does not read the answers that its frames have caused: pongs,
    // acknowledgements, resets. Jetty's queue of these answers is unbounded. What the queue holds
    // then goes out without us reading, since none of it waits for a window. The queue of windows
    // that were widened is unbounded, too; the flusher does not look at it while a write is under
    // way.

    /**
     * The most frames and widened windows that may wait for the socket. The least that a mass close
     * makes is not held up by this.
     */
    private static final int MOST_ANSWERS = 1_024;

    /** What a connection keeps without its streams and tables. Measured. */
    private static final int BYTES = 8_200;

    /** A field in a table (RFC 7541 section 2.3.2) without its text. Measured. */
    private static final int FIELD_BYTES = 220;

    /** The overhead of a field as the RFC counts it (section 4.1). */
    private static final int FIELD_SIZE = 32;

    private static final HttpChannel.Factory CHANNELS = new HttpChannel.DefaultFactory();

    private final BatchingSession session;
    private final Payer payer;
    private final EventBudget budget;
    private final Book book;
    private final QuotaEndPoint quota;

    /** The connection is not read now; it resumes by itself. */
    private volatile boolean held;

    /** The connection counts in the book. */
    @GuardedBy("this")
    private boolean counted;

    /** What the connection keeps, its tables included. */
    @GuardedBy("this")
    private long keptBytes = BYTES;

    BoundedConnection(
            Connector connector,
            EndPoint endPoint,
            HttpConfiguration http,
            BatchingSession session,
            ServerSessionListener listener,
            EventBudget budget) {
        super(connector, endPoint, http, session, listener);
        this.session = session;
        this.payer = session.payer();
        this.budget = budget;
        this.book = session.bounds().ledger().book(Account.HTTP);
        this.quota = new QuotaEndPoint(endPoint, this);
    }

    // Its life.

    @Override
    public void onOpen() {
        synchronized (this) {
            counted = true;
            book.add(payer, keptBytes);
            book.join(this);
        }
        book.settle(payer);
        super.onOpen();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        parser().close();
        uncount();
        super.onClose(cause);
    }

    private synchronized boolean uncount() {
        boolean was = counted;
        if (was) {
            counted = false;
            book.leave(this);
            book.add(payer, -keptBytes);
        }
        return was;
    }

    /**
     * Counts the fields that the peer may refer to, which stay as long as the connection. Our own
     * table has no room for fields. Called by the thread that parses.
     */
    private void countTable() {
        HpackContext table = session.getParser().getHpackDecoder().getHpackContext();
        long fields = (long) table.size() * (FIELD_BYTES - FIELD_SIZE);
        long now = BYTES + table.getDynamicTableSize() + fields;
        synchronized (this) {
            if (!counted || now == keptBytes) {
                return;
            }
            book.add(payer, now - keptBytes);
            keptBytes = now;
        }
        book.settle(payer);
    }

    @Override
    public void onPreface() {
        super.onPreface();
        if (budget.isRefused()) {
            onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "refused");
        }
    }

    private Http2Parser parser() {
        return (Http2Parser) session.getParser();
    }

    /** Whether the connection is not read now: the rest of a frame may have come already. */
    boolean isHeld() {
        return held;
    }

    /** Something that has begun has not come whole in time. */
    void onLate() {
        CloseState state = session.getCloseState();
        if (state == CloseState.CLOSING || state == CloseState.CLOSED) {
            return;
        }
        session.bounds().tell(observer -> observer.onDeadline(Deadline.HEAD));
        onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "head_timeout");
        onBadRequest(HttpStatus.REQUEST_TIMEOUT_408);
    }

    /** If it was one too many, the connection ends when it is read next. */
    @Override
    public void onBadRequest(int status) {
        budget.onBadRequest(status);
    }

    @Override
    public void onConnectionFailure(int error, String reason) {
        switch (reason) {
            // Jetty's words for a head that can't be read. With REFUSED_STREAM, the frame is too
            // large; in all other cases they do not tell whether the head is too large or
            // malformed.
            case "invalid_headers_frame" ->
                    onBadRequest(
                            error == ErrorCode.REFUSED_STREAM_ERROR.code
                                    ? HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431
                                    : HttpStatus.BAD_REQUEST_400);
            case "invalid_headers_frame_padding",
                    "invalid_headers_priority_frame",
                    "invalid_continuation_frame",
                    "invalid_continuation_stream",
                    "expected_continuation_frame",
                    "invalid_hpack_block" ->
                    onBadRequest(HttpStatus.BAD_REQUEST_400);
            default -> {}
        }
        super.onConnectionFailure(error, reason);
    }

    /**
     * Peers that leave, are late or break the protocol are no news; every other failure is ours.
     */
    @Override
    public void onSessionFailure(Throwable failure, Callback callback) {
        if (!(failure instanceof IOException) && !(failure instanceof TimeoutException)) {
            logFailure(failure);
        }
        super.onSessionFailure(failure, callback);
    }

    void logFailure(Throwable failure) {
        failureLine().setCause(failure).log("http2_failed");
    }

    /** Logs what Jetty has caught without telling anyone. */
    void logFailure(int error, @Nullable String reason) {
        failureLine()
                .addKeyValue("error", ErrorCode.toString(error, null))
                .addKeyValue("reason", reason)
                .log("http2_failed");
    }

    private LoggingEventBuilder failureLine() {
        String peer = String.valueOf(getRemoteSocketAddress());
        return session.bounds()
                .logs()
                .limit(LOG.atWarn(), "http2_failed", peer)
                .addKeyValue("peer", peer.substring(peer.indexOf('/') + 1));
    }

    // As a debtor. While it carries requests, those are asked. If it carries WebSockets, or if its
    // table is large, it ends only if its address is one of those that filled the account.

    @Override
    public Payer payer() {
        return payer;
    }

    @Override
    public synchronized long keptBytes() {
        return keptBytes;
    }

    @Override
    public long ageNanos(long nowNanos) {
        return nowNanos - session.idleSinceNanos();
    }

    @Override
    public boolean end(Account account) {
        if (!mayEnd() || !uncount()) {
            return false;
        }
        session.close(
                ErrorCode.ENHANCE_YOUR_CALM_ERROR.code,
                "full: " + account.label(),
                Callback.from(session::disconnect));
        return true;
    }

    private boolean mayEnd() {
        if (session.getStreamCount() == 0) {
            return true;
        }
        boolean costs = session.webSockets() > 0 || keptBytes() > BYTES + book.fairBytes();
        return costs && !payer.isProxy() && !book.isSmall(payer);
    }

    // Its quota.

    @Override
    public EndPoint getEndPoint() {
        // Jetty's constructor calls this before there is a quota.
        return quota == null ? super.getEndPoint() : quota;
    }

    @Override
    public void onFillable() {
        quota.begin();
        super.onFillable();
    }

    /** Whether we want to read from this connection now. */
    boolean mayRead() {
        if (budget.isOver()) {
            // The answer to a request may have been one too many: nothing has acted on that yet.
            session.onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "event_rate");
            held = true;
            return false;
        }
        if (session.waiting() >= MOST_ANSWERS) {
            held = true;
            return false;
        }
        return true;
    }

    @Override
    public boolean isFillInterested() {
        return held || super.isFillInterested();
    }

    @Override
    public void fillInterested(Callback callback) {
        if (held) {
            // If the budget is used up, there is no answer to wait for: Jetty closes the connection
            // when GOAWAY is out.
            session.frames(
                    null,
                    List.of(new BatchGenerator.MarkFrame()),
                    Callback.from(
                            Invocable.InvocationType.NON_BLOCKING,
                            this::release,
                            gone -> {
                                session.forgetWindows();
                                release();
                            }));
        } else {
            super.fillInterested(callback);
        }
    }

    /** The peer has read what waited, or is gone. */
    private void release() {
        if (!budget.isOver()) {
            quota.begin();
            held = false;
            dispatch();
        }
    }

    @Override
    public void onHeaders(HeadersFrame frame) {
        quota.onHead();
        countTable();
        super.onHeaders(frame);
    }

    @Override
    public void onData(DataFrame frame) {
        quota.onFrame();
        super.onData(frame);
    }

    @Override
    public void onPriority(PriorityFrame frame) {
        quota.onFrame();
        super.onPriority(frame);
    }

    @Override
    public void onReset(ResetFrame frame) {
        quota.onFrame();
        super.onReset(frame);
    }

    @Override
    public void onSettings(SettingsFrame frame) {
        quota.onFrame();
        super.onSettings(frame);
    }

    @Override
    public void onPing(PingFrame frame) {
        quota.onFrame();
        super.onPing(frame);
    }

    @Override
    public void onGoAway(GoAwayFrame frame) {
        quota.onFrame();
        super.onGoAway(frame);
    }

    @Override
    public void onWindowUpdate(WindowUpdateFrame frame) {
        quota.onFrame();
        super.onWindowUpdate(frame);
    }

    // Its requests.

    /** Like Jetty's, but with a stream that frees the request's place. */
    @Override
    public void onNewStream(HTTP2Stream stream, HeadersFrame frame) {
        RequestPlace place = session.takePlace();
        if (place == null) {
            super.onNewStream(stream, frame);
            return;
        }
        HttpChannel channel = CHANNELS.newHttpChannel(this);
        channel.initialize();
        RequestStream request = new RequestStream(this, channel, stream, place);
        channel.setHttpStream(request);
        stream.setAttachment(request);
        Runnable task = request.onRequest(frame);
        if (task == null) {
            return;
        }
        // Jetty's own task would tell no one if the stream is closed.
        place.await(task);
        offerTask(Invocable.from(Invocable.getInvocationType(task), place::run), false);
        if (stream.isClosed()) {
            // Another thread has closed it, perhaps before the stream knew of the request.
            place.onStreamClosed();
        }
    }
}
