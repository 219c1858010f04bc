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
 * Jetty's parser, with a deadline for everything that has begun and has not come whole: the
 * preface, a head with its continuations, and every frame except the payload of DATA, for which its
 * request or its WebSocket is responsible. A connection that is idle, or sends whole frames, has no
 * timer. Confined to the thread that parses, one at a time; {@link #close} may come from another
 * thread.
 */
final class Http2Parser extends ServerParser {
    private final Http2Bounds bounds;

    /** Set before parsing begins. */
    private @Nullable BoundedConnection connection;

    /** The preface and the first SETTINGS have come. */
    private boolean isOpened;

    /** A frame's head is parsed, its payload is not. */
    private boolean isInPayload;

    /** Something has begun that has a deadline. */
    private boolean isUnderWay;

    private volatile boolean isClosed;

    /** The deadline of what is under way since an earlier read; null if nothing is. */
    private volatile @Nullable Late late;

    Http2Parser(ByteBufferPool pool, int maxHeaderBytes, RateControl control, Http2Bounds bounds) {
        super(pool, maxHeaderBytes, control);
        this.bounds = bounds;
    }

    /** Also keeps the connection, to end it when a deadline passes. */
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
            // Jetty's own parser calls this again if the first SETTINGS come in pieces, and takes
            // their payload for another frame's head.
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
            // Jetty tells only the peer.
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

    /** Ends the deadline, until something more begins. */
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

        /** The rest came while this was about to fire. */
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
            // It is not the peer's fault if the process stood still, or does not read what has
            // come.
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
