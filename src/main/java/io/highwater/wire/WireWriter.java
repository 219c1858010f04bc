package io.highwater.wire;

import io.highwater.time.TimerWheel;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames on the transport, one buffer at a time: what is in flight, then Pong, Ping, the next
 * data frame, and last the Close frame. A large frame goes in slices, so that a stalled peer is
 * told from a slow one.
 *
 * <p>Thread-safe. {@code writing} is a baton: who sets it under the lock owns {@code current} and
 * calls the transport, outside the lock, until {@link #nextFrame} finds nothing more.
 */
final class WireWriter {
    /** What the owner learns. Called without the lock. */
    interface Owner {
        void onWritable();

        void onCloseWritten();

        void onWriteFailed(IOException cause);
    }

    private static final int SLICE_BYTES = 64 * 1024;

    private enum Kind {
        DATA,
        PING,
        PONG,
        CLOSE
    }

    private final Transport transport;
    private final TimerWheel wheel;
    private final Owner owner;

    /** Null where nothing was agreed on. */
    private final @Nullable WireExtension extension;

    /** Guarded by this: somebody transmits, or the transport holds a buffer. */
    private boolean writing;

    /** Guarded by this: a data write answered false and its listener waits for onWritable. */
    private boolean owed;

    /** Guarded by this: no further data is taken. */
    private boolean closed;

    /** Guarded by this; null while nothing waits. */
    private @Nullable Waiting waiting;

    /** Owned by the holder of the baton. */
    private @Nullable ByteBuffer current;

    /** Owned by the holder of the baton. */
    private Kind currentKind = Kind.DATA;

    /**
     * Owned by the holder of the baton: the last slice of {@code current} is with the transport.
     */
    private boolean submitted;

    private volatile long pendingSinceNanos;
    private volatile long pingWrittenNanos;
    private volatile boolean pingPending;

    WireWriter(
            Transport transport, TimerWheel wheel, Owner owner, @Nullable WireExtension extension) {
        this.transport = transport;
        this.wheel = wheel;
        this.owner = owner;
        this.extension = extension;
    }

    /** As {@link Wire#write}. */
    boolean write(OutboundFrame frame) {
        return writeAsItIs(extension == null ? frame : extension.outgoing(frame));
    }

    private boolean writeAsItIs(OutboundFrame frame) {
        synchronized (this) {
            if (closed) {
                return true;
            }
            owed = true;
            if (writing) {
                waiting().data = frame;
                return false;
            }
            claim(frame.view(), Kind.DATA);
        }
        return transmit(Caller.WRITE);
    }

    void ping(byte[] frame) {
        synchronized (this) {
            if (closed) {
                return;
            }
            pingPending = true;
            if (writing) {
                waiting().ping = frame;
                return;
            }
            claim(ByteBuffer.wrap(frame), Kind.PING);
        }
        transmit(Caller.OTHER);
    }

    void pong(byte[] frame) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (writing) {
                waiting().pong = frame;
                return;
            }
            claim(ByteBuffer.wrap(frame), Kind.PONG);
        }
        transmit(Caller.OTHER);
    }

    /** The Close frame after what waits. */
    void close(byte[] frame) {
        end(frame, false);
    }

    /** The Close frame after what is in flight; what waits is dropped. */
    void closeNow(byte[] frame) {
        end(frame, true);
    }

    private void end(byte[] frame, boolean dropWaiting) {
        synchronized (this) {
            closed = true;
            if (dropWaiting) {
                waiting = null;
                pingPending = false;
            }
            if (writing) {
                waiting().close = frame;
                return;
            }
            claim(ByteBuffer.wrap(frame), Kind.CLOSE);
        }
        transmit(Caller.OTHER);
    }

    /** Takes nothing more, a Close frame neither. */
    synchronized void shut() {
        closed = true;
        waiting = null;
    }

    /** The transport took the slice that it had kept. */
    void onWritten() {
        transmit(Caller.OTHER);
    }

    synchronized boolean isPending() {
        return writing;
    }

    long pendingSinceNanos() {
        return pendingSinceNanos;
    }

    boolean isPingPending() {
        return pingPending;
    }

    long pingWrittenNanos() {
        return pingWrittenNanos;
    }

    private enum Caller {
        /** {@link #write}, which tells its listener by its answer. */
        WRITE,
        OTHER
    }

    private void claim(ByteBuffer frame, Kind kind) {
        writing = true;
        current = frame;
        currentKind = kind;
        submitted = false;
    }

    private Waiting waiting() {
        Waiting present = waiting;
        if (present == null) {
            waiting = present = new Waiting();
        }
        return present;
    }

    private boolean transmit(Caller caller) {
        try {
            while (true) {
                ByteBuffer frame = current;
                if (frame == null) {
                    return true;
                }
                while (!submitted) {
                    if (!writeSlice(frame)) {
                        return false;
                    }
                }
                Kind done = currentKind;
                if (done == Kind.PING) {
                    pingWrittenNanos = wheel.nowNanos();
                }
                Handover handover = nextFrame(caller, done);
                if (done == Kind.CLOSE) {
                    owner.onCloseWritten();
                }
                if (handover == Handover.IDLE_OWED) {
                    owner.onWritable();
                }
                if (handover != Handover.MORE) {
                    return true;
                }
            }
        } catch (IOException e) {
            shut();
            owner.onWriteFailed(e);
            // Not taken: the owner has heard of the end, and a sender must not hear of a success.
            return false;
        }
    }

    private boolean writeSlice(ByteBuffer frame) throws IOException {
        pendingSinceNanos = wheel.nowNanos();
        if (frame.remaining() <= SLICE_BYTES) {
            submitted = true;
            return transport.write(frame);
        }
        ByteBuffer slice = frame.slice(frame.position(), SLICE_BYTES);
        frame.position(frame.position() + SLICE_BYTES);
        return transport.write(slice);
    }

    private enum Handover {
        MORE,
        IDLE,
        IDLE_OWED
    }

    private synchronized Handover nextFrame(Caller caller, Kind done) {
        Waiting queued = waiting;
        if (done == Kind.PING && (queued == null || queued.ping == null)) {
            pingPending = false;
        }
        if (queued != null) {
            if (queued.pong != null) {
                claim(ByteBuffer.wrap(queued.pong), Kind.PONG);
                queued.pong = null;
            } else if (queued.ping != null) {
                claim(ByteBuffer.wrap(queued.ping), Kind.PING);
                queued.ping = null;
            } else if (queued.data != null) {
                claim(queued.data.view(), Kind.DATA);
                queued.data = null;
            } else if (queued.close != null) {
                claim(ByteBuffer.wrap(queued.close), Kind.CLOSE);
                queued.close = null;
            } else {
                waiting = queued = null;
            }
        }
        if (queued != null) {
            return Handover.MORE;
        }
        writing = false;
        current = null;
        boolean tell = owed && caller == Caller.OTHER;
        owed = false;
        return tell ? Handover.IDLE_OWED : Handover.IDLE;
    }

    /** What waits for the baton: at most one of each kind. */
    private static final class Waiting {
        private byte @Nullable [] pong;
        private byte @Nullable [] ping;
        private @Nullable OutboundFrame data;
        private byte @Nullable [] close;
    }
}
