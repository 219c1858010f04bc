package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.WireExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.InvalidMarkException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames on the transport, one buffer at a time: what is in flight, then Pongs, Pings, the
 * next data frame, and last the Close frame. It writes a large frame in slices, so that a stalled
 * peer can be told from a slow one.
 *
 * <p>Thread-safe. {@code writing} is a baton: the thread that sets it under the lock owns {@code
 * current} and calls the transport, outside the lock, until {@link #nextFrame} finds nothing more.
 *
 * <p>On a {@link FanoutThread} a data frame is first flushed from the thread's own buffer, which
 * the thread uses for the next wire a moment later; what a full transport does not take goes on
 * from the frame itself.
 */
abstract class WireWriter {
    /** Size of the buffer of a TLS record: JSSE's 16.7 KB at most, in the pool's steps of 4 KiB. */
    private static final int RECORD_BYTES = 20 << 10;

    private static final int SLICE_BYTES = 64 * 1024;

    /** The kinds of frames, in the order in which waiting ones are sent. */
    enum Kind {
        /** The Pong to the peer's latest Ping. */
        ANSWER,
        /** A Pong that the peer did not ask for. */
        PONG,
        /** The application's Ping. */
        PING,
        KEEPALIVE_PING,
        DATA,
        CLOSE
    }

    /** A thread transmits, or the transport holds a buffer. */
    @GuardedBy("this")
    private boolean writing;

    /** A data write answered false and its listener waits for onWritable. */
    @GuardedBy("this")
    private boolean owed;

    /** No further data is taken. */
    @GuardedBy("this")
    private boolean closed;

    /** Null while nothing waits. */
    @GuardedBy("this")
    private @Nullable Waiting waiting;

    /**
     * Owned by the holder of the baton, like the two fields below; {@link #heldBytes} reads it,
     * too.
     */
    private @Nullable ByteBuffer current;

    private Kind currentKind = Kind.DATA;

    /** The last slice of {@code current} is with the transport. */
    private boolean submitted;

    /** Guarded by this, so that it is never older than the write that is pending. */
    private long pendingSinceNanos;

    /**
     * The frame that {@link #write} last left behind is in a form that only this wire has. Confined
     * to the caller of {@link #write}.
     */
    private boolean ownForm;

    private volatile long pingWrittenNanos;
    private volatile boolean pingPending;

    /** Written under this. */
    private volatile boolean pingFollowed;

    // What the owner provides and what it learns. These are methods of a subclass, because fields
    // and a listener would cost 24 bytes per wire. The last four are called without the lock.

    abstract Transport transport();

    /** Null where no extension was agreed on. */
    abstract @Nullable WireExtension extension();

    abstract long nowNanos();

    /**
     * The frame will be written. It is as the caller gave it, before an extension made another of
     * it.
     */
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

    /** Sends a Ping or a Pong before the data that waits. It replaces a waiting one of its kind. */
    void control(Kind kind, byte[] frame) {
        synchronized (this) {
            if (closed) {
                return;
            }
            pingPending |= kind == Kind.KEEPALIVE_PING;
            if (!claimOrWait(kind, frame)) {
                return;
            }
        }
        transmit(Caller.OTHER);
    }

    /** Sends the Close frame after what waits. */
    void close(byte[] frame) {
        synchronized (this) {
            closed = true;
            if (!claimOrWait(Kind.CLOSE, frame)) {
                return;
            }
        }
        transmit(Caller.OTHER);
    }

    /** Sends the Close frame after what is in flight; drops what waits. */
    void closeNow(byte[] frame) {
        synchronized (this) {
            closed = true;
            waiting = null;
            pingPending = false;
        }
        close(frame);
    }

    /** Takes nothing more, not even a Close frame. */
    synchronized void shut() {
        closed = true;
        waiting = null;
    }

    /** The transport took the slice that it had kept. */
    void onWritten() {
        synchronized (this) {
            pendingSinceNanos = nowNanos();
        }
        ByteBuffer frame = current;
        if (frame != null) {
            frame.position(frame.limit());
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

    /** When the write began that is pending, or was last seen to go on. */
    synchronized long pendingSinceNanos() {
        ByteBuffer frame = writing ? current : null;
        if (frame != null && hasMoved(frame)) {
            frame.mark();
            pendingSinceNanos = nowNanos();
        }
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
        /** {@link #write}, whose result says whether all is gone. */
        WRITE,
        OTHER
    }

    @GuardedBy("this")
    private void claim(@Nullable ByteBuffer frame, Kind kind) {
        writing = true;
        pendingSinceNanos = nowNanos();
        current = frame;
        currentKind = kind;
        submitted = false;
        if (kind == Kind.PING || kind == Kind.KEEPALIVE_PING) {
            pingFollowed = kind == Kind.PING;
        }
    }

    /** True: the caller has the baton, and must transmit this frame. */
    @GuardedBy("this")
    private boolean claimOrWait(Kind kind, byte[] frame) {
        if (writing) {
            waiting().put(kind, frame);
            return false;
        }
        claim(ByteBuffer.wrap(frame), kind);
        return true;
    }

    @GuardedBy("this")
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
                if (done == Kind.KEEPALIVE_PING) {
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

    /**
     * Tells the owner of the end. Returns false, which is the result of a write that did not
     * succeed.
     */
    private boolean fail(IOException cause) {
        shut();
        onWriteFailed(cause);
        return false;
    }

    /**
     * The frame itself goes to the transport, up to its limit: its position tells how far it is.
     */
    private boolean writeSlice(ByteBuffer frame) throws IOException {
        int end = Math.min(frame.capacity(), frame.position() + SLICE_BYTES);
        frame.limit(end);
        submitted = end == frame.capacity();
        frame.mark();
        boolean gone = transport().write(frame);
        if (gone) {
            frame.position(end);
        }
        return gone;
    }

    /**
     * Whether the transport has taken more of a frame than its mark shows. May be a little late.
     */
    private static boolean hasMoved(ByteBuffer frame) {
        try {
            return frame.duplicate().reset().position() != frame.position();
        } catch (InvalidMarkException | IllegalArgumentException e) {
            return true; // The transport moves it at this moment: its fields did not agree.
        }
    }

    private enum Handover {
        MORE,
        IDLE,
        IDLE_OWED
    }

    private synchronized Handover nextFrame(Caller caller, Kind done) {
        Waiting queued = waiting;
        if (done == Kind.KEEPALIVE_PING && (queued == null || queued.keepalivePing == null)) {
            pingPending = false;
        }
        Kind next = queued == null ? null : queued.first();
        if (queued != null && next != null) {
            claim(queued.take(next), next);
            return Handover.MORE;
        }
        waiting = null;
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
        private byte @Nullable [] ping;
        private byte @Nullable [] keepalivePing;
        private @Nullable OutboundFrame data;
        private byte @Nullable [] close;

        void put(Kind kind, byte @Nullable [] frame) {
            switch (kind) {
                case ANSWER -> answer = frame;
                case PONG -> pong = frame;
                case PING -> ping = frame;
                case KEEPALIVE_PING -> keepalivePing = frame;
                case CLOSE -> close = frame;
                case DATA -> throw new IllegalArgumentException("data waits as it is");
            }
        }

        /** Null if nothing waits. */
        @Nullable Kind first() {
            if (answer != null) {
                return Kind.ANSWER;
            }
            if (pong != null) {
                return Kind.PONG;
            }
            if (ping != null) {
                return Kind.PING;
            }
            if (keepalivePing != null) {
                return Kind.KEEPALIVE_PING;
            }
            if (data != null) {
                return Kind.DATA;
            }
            return close == null ? null : Kind.CLOSE;
        }

        /** Removes and returns the waiting frame of this kind; there must be one. */
        ByteBuffer take(Kind kind) {
            if (kind == Kind.DATA) {
                OutboundFrame taken = Objects.requireNonNull(data);
                data = null;
                return taken.view();
            }
            byte[] taken =
                    Objects.requireNonNull(
                            switch (kind) {
                                case ANSWER -> answer;
                                case PONG -> pong;
                                case PING -> ping;
                                case KEEPALIVE_PING -> keepalivePing;
                                case CLOSE -> close;
                                case DATA -> null;
                            });
            put(kind, null);
            return ByteBuffer.wrap(taken);
        }
    }
}
