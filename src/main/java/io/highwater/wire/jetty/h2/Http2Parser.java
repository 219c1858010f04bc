package io.highwater.wire.jetty.h2;

import io.highwater.time.Timer;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RateControl;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's parser, with a deadline for what has begun and has not come whole: the preface, a head
 * with its continuations, any frame but the payload of DATA, which its request or its WebSocket
 * answers for. A connection that is idle, or sends whole frames, has no timer. Confined to who
 * parses, one at a time; {@link #close} may come from elsewhere.
 */
final class Http2Parser extends ServerParser {
    private final Http2Bounds bounds;

    /** Set before it parses. */
    private @Nullable BoundedConnection connection;

    /** The preface and the first SETTINGS have come. */
    private boolean isOpened;

    /** A frame's head is parsed, its payload is not. */
    private boolean isInPayload;

    /** Something has begun that has a deadline. */
    private boolean isUnderWay;

    private volatile boolean isClosed;

    /** Of what is under way since an earlier read; null where nothing is. */
    private volatile @Nullable Late late;

    Http2Parser(ByteBufferPool pool, int maxHeaderBytes, RateControl control, Http2Bounds bounds) {
        super(pool, maxHeaderBytes, control);
        this.bounds = bounds;
    }

    /** Also keeps the connection, which a passed deadline ends. */
    void init(BoundedConnection listener) {
        connection = listener;
        super.init(listener);
    }

    @Override
    public void parse(ByteBuffer buffer) {
        if (!isOpened) {
            isUnderWay = true;
        }
        super.parse(buffer);
        BoundedConnection waiting = connection;
        if (isUnderWay && late == null && waiting != null) {
            Late begun = new Late(waiting);
            late = begun;
            begun.schedule(bounds.wheel().nowNanos());
            if (isClosed) {
                stop();
            }
        }
    }

    @Override
    protected boolean parseHeader(ByteBuffer buffer) {
        if (isInPayload) {
            // Jetty's own asks again where the first SETTINGS come in pieces, and takes their
            // payload for another frame's head.
            return true;
        }
        isUnderWay |= buffer.hasRemaining();
        isInPayload = super.parseHeader(buffer);
        if (isInPayload && getFrameType() == FrameType.DATA.getType()) {
            onWhole();
        }
        return isInPayload;
    }

    @Override
    protected boolean parseBody(ByteBuffer buffer) {
        int type = getFrameType();
        boolean isHead =
                type == FrameType.HEADERS.getType() || type == FrameType.CONTINUATION.getType();
        boolean goesOn = isHead && !hasFlag(Flags.END_HEADERS);
        boolean isWhole;
        try {
            isWhole = super.parseBody(buffer);
        } catch (RuntimeException | Error e) {
            // Jetty tells the peer, and nobody else.
            if (connection != null) {
                connection.logFailure(e);
            }
            throw e;
        }
        if (isWhole) {
            isOpened = true;
            isInPayload = false;
            if (!goesOn) {
                onWhole();
            }
        }
        return isWhole;
    }

    private void onWhole() {
        isUnderWay = false;
        stop();
    }

    /** The connection is over. */
    void close() {
        isClosed = true;
        stop();
    }

    /** Nothing is waited for any more, until more comes. */
    void stop() {
        Late begun = late;
        if (begun != null) {
            late = null;
            begun.isOver = true;
            bounds.wheel().cancel(begun);
        }
    }

    private final class Late extends Timer {
        private final BoundedConnection connection;

        /** It came, while this was about to fire. */
        private volatile boolean isOver;

        Late(BoundedConnection connection) {
            this.connection = connection;
        }

        void schedule(long fromNanos) {
            bounds.wheel().schedule(this, fromNanos + bounds.headTimeout().toNanos());
        }

        @Override
        protected void onDeadline(long nowNanos) {
            if (isOver) {
                return;
            }
            // What came while the process stood still, or does not read, is no fault of the peer's.
            long resumedNanos = bounds.wheel().resumedNanos();
            if (connection.isHeld()) {
                schedule(nowNanos);
            } else if (nowNanos - resumedNanos < bounds.headTimeout().toNanos()) {
                schedule(resumedNanos);
            } else {
                connection.onLate();
            }
        }
    }
}
