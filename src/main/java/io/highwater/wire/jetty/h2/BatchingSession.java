package io.highwater.wire.jetty.h2;

import io.highwater.limits.Payer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.BufferingFlowControlStrategy;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerSession;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's HTTP/2 session with a {@link StreamBatcher}, and the two places where Jetty calls it:
 * when its flusher is about to write, and when a window was widened. It also bounds the number of
 * requests at a time, and the frames that waste work. Thread-safe as Jetty's is.
 */
final class BatchingSession extends HTTP2ServerSession {
    /** Jetty's own default: half a window is gathered before it is given back. */
    private static final float GIVE_BACK_RATIO = 0.5f;

    /** The header of a client's WebSocket frame alone has this many (RFC 6455 section 5.2). */
    private static final int TINY_BYTES = 6;

    /** A client that measures its line doubles its windows until they are large enough. */
    private static final int MOST_WINDOW_CHANGES = 16;

    private static final Object REFUSED = "refused_stream";
    private static final Object MALFORMED = "malformed_request";
    private static final Object TINY = "tiny_data";
    private static final Object USELESS = "useless_window_update";
    private static final Object AFTER_END = "headers_after_end";
    private static final Object GO_AWAY = "goaway";

    /** The settings that Jetty heeds. */
    private static final Set<Integer> SETTINGS =
            Set.of(
                    SettingsFrame.HEADER_TABLE_SIZE,
                    SettingsFrame.ENABLE_PUSH,
                    SettingsFrame.MAX_CONCURRENT_STREAMS,
                    SettingsFrame.INITIAL_WINDOW_SIZE,
                    SettingsFrame.MAX_FRAME_SIZE,
                    SettingsFrame.MAX_HEADER_LIST_SIZE,
                    SettingsFrame.ENABLE_CONNECT_PROTOCOL);

    private final StreamBatcher batcher;
    private final Http2Bounds bounds;
    private final Payer payer;
    private final EventBudget budget;
    private final Requests requests;
    private final WindowCredit credit;

    /**
     * Widened windows that Jetty's flusher has queued; it takes them when no write is under way.
     */
    private final AtomicInteger waitingWindows = new AtomicInteger();

    /** Confined to the thread that parses, like {@link #place}. */
    private int windowChanges;

    /** The place of the stream that is being made. Confined to the thread that parses. */
    private @Nullable RequestPlace place;

    /** When the last stream ended, or the connection was made. */
    private volatile long idleSinceNanos;

    /** Whether the request of that stream is malformed. Confined to the same thread. */
    private boolean malformed;

    BatchingSession(
            Scheduler scheduler,
            EndPoint endPoint,
            ServerParser parser,
            BatchGenerator generator,
            ServerSessionListener listener,
            StreamBursts bursts,
            Http2Bounds bounds,
            Payer payer,
            EventBudget budget) {
        super(scheduler, endPoint, parser, generator, listener, new BatchFlowControl());
        this.bounds = bounds;
        this.payer = payer;
        this.budget = budget;
        requests = new Requests(bounds, payer);
        idleSinceNanos = bounds.ticker().nanoTime();
        credit = generator.credit;
        batcher =
                new StreamBatcher(
                        this,
                        generator.getByteBufferPool(),
                        bursts,
                        new UnsentBatches(endPoint, payer, bounds));
    }

    StreamBatcher batcher() {
        return batcher;
    }

    Http2Bounds bounds() {
        return bounds;
    }

    Payer payer() {
        return payer;
    }

    Requests requests() {
        return requests;
    }

    /** Returns the place of the stream that is being made, once. */
    @Nullable RequestPlace takePlace() {
        RequestPlace taken = place;
        place = null;
        return taken;
    }

    // What Jetty's parser brings.

    /**
     * Always true, whatever the peer's SETTINGS say: a server has no use for the client's value
     * (RFC 8441 section 3).
     */
    @Override
    public boolean isConnectProtocolEnabled() {
        return true;
    }

    @Override
    public void onHeaders(HeadersFrame frame) {
        malformed = MalformedRequest.isMalformed(frame);
        super.onHeaders(frame);
        RequestPlace left = takePlace();
        if (left != null) {
            // No handler has taken the place: Jetty answers by itself, or has reset the stream.
            if (getStream(frame.getStreamId()) instanceof PlainStream stream) {
                stream.hold(left);
            } else {
                left.free();
            }
        }
        requests.settle();
    }

    @Override
    protected @Nullable HTTP2Stream createRemoteStream(int id, MetaData.Request request) {
        if (malformed) {
            bounds.tell(observer -> observer.onBadRequest(HttpStatus.BAD_REQUEST_400));
            refuse(id, ErrorCode.PROTOCOL_ERROR, MALFORMED);
            return null;
        }
        if (MetaData.Failed.getFailure(request) != null) {
            // Jetty has counted it as waste, and answers 400.
            bounds.tell(observer -> observer.onBadRequest(HttpStatus.BAD_REQUEST_400));
        }
        boolean plain = isPlain(request);
        boolean refused =
                budget.isRefused()
                        || (!plain && webSockets() == 0 && !requests.hasRoomForWebSockets());
        RequestPlace entered = refused ? null : requests.enter(request, plain);
        if (entered == null) {
            // RFC 9113 section 8.7: the client may send the request again.
            refuse(id, ErrorCode.REFUSED_STREAM_ERROR, REFUSED);
            return null;
        }
        HTTP2Stream stream = super.createRemoteStream(id, request);
        if (stream == null) {
            entered.free();
            waste(REFUSED);
            return null;
        }
        place = entered;
        entered.start((BoundedStream) stream);
        return stream;
    }

    /** Streams that are WebSockets, and those whose answer is just leaving. */
    int webSockets() {
        return getStreamCount() - requests.underWay();
    }

    /** Also true of a request that Jetty could not read: Jetty answers 400, whatever it was. */
    private static boolean isPlain(MetaData.Request request) {
        return !(request instanceof MetaData.ConnectRequest)
                || MetaData.Failed.getFailure(request) != null;
    }

    @Override
    protected HTTP2Stream newStream(int id, MetaData.Request request, boolean local) {
        if (local) {
            return super.newStream(id, request, true);
        }
        return isPlain(request) ? new PlainStream(this, id) : new BoundedStream(this, id);
    }

    @Override
    public boolean removeStream(Stream stream) {
        boolean removed = super.removeStream(stream);
        if (removed && getStreamCount() == 0) {
            idleSinceNanos = bounds.ticker().nanoTime();
        }
        return removed;
    }

    /** Since when the connection carries nothing, if it carries nothing. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** One more HEADERS frame came on a stream whose reset is on its way. */
    void onHeadersAfterEnd() {
        waste(AFTER_END);
    }

    /** Refuses a stream, of which nothing is kept. */
    private void refuse(int id, ErrorCode code, Object event) {
        updateLastRemoteStreamId(id);
        if (waste(event)) {
            ResetFrame reset = new ResetFrame(id, code.code);
            frames(null, List.of(reset), Callback.NOOP);
        }
    }

    @Override
    public void onData(Stream.Data data) {
        DataFrame frame = data.frame();
        int length = frame.remaining();
        // Jetty has counted frames that are empty and have no padding.
        boolean tiny = length < TINY_BYTES && length + frame.padding() > 0 && !frame.isEndStream();
        if (!tiny || waste(TINY)) {
            super.onData(data);
        }
    }

    /** A change of the window that streams begin with changes the window of every stream. */
    @Override
    public void onSettings(SettingsFrame frame, boolean reply) {
        boolean changes = frame.getSettings().containsKey(SettingsFrame.INITIAL_WINDOW_SIZE);
        if (changes && ++windowChanges > MOST_WINDOW_CHANGES) {
            onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "window_change_rate");
        } else {
            super.onSettings(known(frame), reply);
        }
    }

    /** Leaves out the settings that Jetty does not heed, but would keep. */
    private static SettingsFrame known(SettingsFrame frame) {
        if (SETTINGS.containsAll(frame.getSettings().keySet())) {
            return frame;
        }
        Map<Integer, Integer> known = new HashMap<>(frame.getSettings());
        known.keySet().retainAll(SETTINGS);
        return new SettingsFrame(known, frame.isReply());
    }

    /** Jetty keeps the frame while streams live; we have no use for the text of its reason. */
    @Override
    public void onGoAway(GoAwayFrame frame) {
        if (waste(GO_AWAY)) {
            super.onGoAway(new GoAwayFrame(frame.getLastStreamId(), frame.getError(), null));
        }
    }

    @Override
    public void onWindowUpdate(WindowUpdateFrame frame) {
        if (credit.take(getStreamsOpened()) || waste(USELESS)) {
            super.onWindowUpdate(frame);
        }
    }

    /**
     * On its way to the flusher: an update that came, or a stream's part of a change by SETTINGS.
     */
    @Override
    public void onWindowUpdate(@Nullable HTTP2Stream stream, WindowUpdateFrame frame) {
        waitingWindows.incrementAndGet();
        super.onWindowUpdate(stream, frame);
    }

    /** The update takes effect, on the flusher's thread. */
    private void onWidened(@Nullable Stream stream) {
        waitingWindows.decrementAndGet();
        batcher.onWindow(StreamOutput.of(stream));
    }

    /** Answers and widened windows that wait for the socket, because the peer does not read. */
    int waiting() {
        return getFrameQueueSize() + waitingWindows.get();
    }

    /** The flusher is over, and takes no more widened windows. */
    void forgetWindows() {
        waitingWindows.set(0);
    }

    /** Jetty's idle timer may end a connection only if it carries nothing. */
    @Override
    protected boolean notifyIdleTimeout(Session session) {
        return getStreams().isEmpty();
    }

    // Failures that are our fault. BoundedConnection hears of exceptions in the flusher.

    @Override
    public void onConnectionFailure(int error, String reason) {
        if (error == ErrorCode.INTERNAL_ERROR.code) {
            logFailure(error, reason);
        }
        super.onConnectionFailure(error, reason);
    }

    /** Jetty's flusher calls this with COMPRESSION_ERROR if an answer's fields can't be encoded. */
    @Override
    public boolean close(int error, @Nullable String reason, Callback callback) {
        if (error == ErrorCode.COMPRESSION_ERROR.code) {
            logFailure(error, reason);
        }
        return super.close(error, reason, callback);
    }

    private void logFailure(int error, @Nullable String reason) {
        if (getEndPoint().getConnection() instanceof BoundedConnection connection) {
            connection.logFailure(error, reason);
        }
    }

    /** False if it was too much: the connection ends. */
    private boolean waste(Object event) {
        boolean allowed = budget.onEvent(event);
        if (!allowed) {
            onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, event + "_rate");
        }
        return allowed;
    }

    /** Hears of the peer's WINDOW_UPDATE and SETTINGS when they take effect. */
    private static final class BatchFlowControl extends BufferingFlowControlStrategy {
        BatchFlowControl() {
            super(GIVE_BACK_RATIO);
        }

        @Override
        public void onWindowUpdate(
                Session session, @Nullable Stream stream, WindowUpdateFrame frame) {
            super.onWindowUpdate(session, stream, frame);
            ((BatchingSession) session).onWidened(stream);
        }
    }
}
