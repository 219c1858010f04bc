package io.highwater.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames on the transport, one buffer at a time: what is in flight, then Pongs, Pings, the
 * next data frame, and last the Close frame. A large frame goes in slices, so that a stalled peer
 * is told from a slow one.
 *
 * <p>Thread-safe. {@code writing} is a baton: who sets it under the lock owns {@code current} and
 * calls the transport, outside the lock, until {@link #nextFrame} finds nothing more.
 *
 * <p>On a {@link FanoutThread} a data frame is first flushed from the thread's own buffer, which is
 * the next wire's a moment later; what a full transport leaves of it goes on from the frame itself.
 */
abstract class WireWriter {
    /** The buffer of a TLS record: JSSE's 16.7 KB at most, in the pool's steps of 4 KiB. */
    private static final int RECORD_BYTES = 20 << 10;

    private static final int SLICE_BYTES = 64 * 1024;

    private enum Kind {
        DATA,

        /** Keepalive's. */
        PING,
        APPLICATION_PING,
        PONG,
        CLOSE
    }

    /** Guarded by this: somebody transmits, or the transport holds a buffer. */
    private boolean writing;

    /** Guarded by this: a data write answered false and its listener waits for onWritable. */
    private boolean owed;

    /** Guarded by this: no further data is taken. */
    private boolean closed;

    /** Guarded by this; null while nothing waits. */
    private @Nullable Waiting waiting;

    /** Owned by the holder of the baton, as the two below are; {@link #heldBytes} looks at it. */
    private @Nullable ByteBuffer current;

    private Kind currentKind = Kind.DATA;

    /** The last slice of {@code current} is with the transport. */
    private boolean submitted;

    /** Guarded by this, so that it is never older than the write that is pending. */
    private long pendingSinceNanos;

    /**
     * What {@link #write} last left behind is in a form that is this wire's alone. Its caller's.
     */
    private boolean ownForm;

    private volatile long pingWrittenNanos;
    private volatile boolean pingPending;

    /** Written under this. */
    private volatile boolean pingFollowed;

    // What the owner has and learns. Methods of a subclass: fields and a listener would cost 24
    // bytes a wire. The last four are called without the lock.

    abstract Transport transport();

    /** Null where nothing was agreed on. */
    abstract @Nullable WireExtension extension();

    abstract long nowNanos();

    /** It is to be written; as it was given, before an extension made another of it. */
    abstract void onTaken(OutboundFrame frame);

    abstract void onWritable();

    abstract void onCloseWritten();

    abstract void onWriteFailed(IOException cause);

    /** As {@link Wire#write}. */
    boolean write(OutboundFrame frame) {
        WireExtension agreed = extension();
        OutboundFrame form = agreed == null ? frame : agreed.outgoing(frame);
        boolean waits;
        synchronized (this) {
            if (closed) {
                return true;
            }
            owed = true;
            waits = writing;
            if (waits) {
                waiting().data = form;
            } else {
                claim(null, Kind.DATA);
            }
        }
        onTaken(frame);
        boolean taken = !waits && begin(form);
        if (!taken) {
            ownForm = form != frame && !form.isForMany();
        }
        return taken;
    }

    /** As {@link Wire#ownFormBytes}. */
    synchronized int ownFormBytes() {
        int records = transport().kind() == TransportKind.HTTP1_TLS ? RECORD_BYTES : 0;
        if (!ownForm) {
            return records;
        }
        OutboundFrame data = waiting == null ? null : waiting.data;
        return records + (data == null ? heldBytes() : data.bytes());
    }

    /** The caller has the baton, and no frame in flight yet. */
    private boolean begin(OutboundFrame frame) {
        ByteBuffer shared = FanoutThread.viewOf(frame);
        try {
            if (shared == null) {
                current = frame.view();
            } else if (!transport().flush(shared)) {
                current = frame.view().position(shared.position());
            } else if (nextFrame(Caller.WRITE, Kind.DATA) != Handover.MORE) {
                return true;
            }
        } catch (IOException e) {
            return fail(e);
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

    void applicationPing(byte[] frame) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (writing) {
                waiting().applicationPing = frame;
                return;
            }
            claim(ByteBuffer.wrap(frame), Kind.APPLICATION_PING);
        }
        transmit(Caller.OTHER);
    }

    /** A Pong that the peer did not ask for. */
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

    /** The Pong to the peer's latest Ping. */
    void answer(byte[] frame) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (writing) {
                waiting().answer = frame;
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
        synchronized (this) {
            pendingSinceNanos = nowNanos();
        }
        transmit(Caller.OTHER);
    }

    synchronized boolean isPending() {
        return writing;
    }

    /** Bytes of the frame that is with the transport, as far as another thread can tell. */
    synchronized int heldBytes() {
        ByteBuffer frame = writing ? current : null;
        return frame == null ? 0 : frame.capacity();
    }

    synchronized long pendingSinceNanos() {
        return pendingSinceNanos;
    }

    boolean isPingPending() {
        return pingPending;
    }

    boolean isPingFollowed() {
        return pingFollowed;
    }

    long pingWrittenNanos() {
        return pingWrittenNanos;
    }

    private enum Caller {
        /** {@link #write}, whose answer tells. */
        WRITE,
        OTHER
    }

    /** Caller holds this. */
    private void claim(@Nullable ByteBuffer frame, Kind kind) {
        writing = true;
        pendingSinceNanos = nowNanos();
        current = frame;
        currentKind = kind;
        submitted = false;
        if (kind == Kind.PING || kind == Kind.APPLICATION_PING) {
            pingFollowed = kind == Kind.APPLICATION_PING;
        }
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
                    pingWrittenNanos = nowNanos();
                }
                Handover handover = nextFrame(caller, done);
                if (done == Kind.CLOSE) {
                    onCloseWritten();
                }
                if (handover == Handover.IDLE_OWED) {
                    onWritable();
                }
                if (handover != Handover.MORE) {
                    return true;
                }
            }
        } catch (IOException e) {
            return fail(e);
        }
    }

    /** False, what the writer answers: its owner has heard of the end, it of no success. */
    private boolean fail(IOException cause) {
        shut();
        onWriteFailed(cause);
        return false;
    }

    private boolean writeSlice(ByteBuffer frame) throws IOException {
        if (frame.remaining() <= SLICE_BYTES) {
            submitted = true;
            return transport().write(frame);
        }
        ByteBuffer slice = frame.slice(frame.position(), SLICE_BYTES);
        frame.position(frame.position() + SLICE_BYTES);
        return transport().write(slice);
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
            if (queued.answer != null) {
                claim(ByteBuffer.wrap(queued.answer), Kind.PONG);
                queued.answer = null;
            } else if (queued.pong != null) {
                claim(ByteBuffer.wrap(queued.pong), Kind.PONG);
                queued.pong = null;
            } else if (queued.applicationPing != null) {
                claim(ByteBuffer.wrap(queued.applicationPing), Kind.APPLICATION_PING);
                queued.applicationPing = null;
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
        private byte @Nullable [] answer;
        private byte @Nullable [] pong;
        private byte @Nullable [] applicationPing;
        private byte @Nullable [] ping;
        private @Nullable OutboundFrame data;
        private byte @Nullable [] close;
    }
}
