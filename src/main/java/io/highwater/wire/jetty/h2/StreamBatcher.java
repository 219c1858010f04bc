package io.highwater.wire.jetty.h2;

import io.highwater.wire.jetty.h2.StreamBursts.Burst;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What the WebSockets of one HTTP/2 connection write, made into DATA frames here and handed to
 * Jetty's flusher as one batch.
 *
 * <p>Thread-safe. Writers copy into the batch under the monitor. It is sent by Jetty's flusher,
 * which asks {@link #generate} when it is about to write: the only place where bytes are counted
 * against the windows, on the thread that also widens them. Jetty is called, and events are told,
 * without the monitor. Lock order: Jetty's flusher, then this, then a stream of Jetty's.
 */
final class StreamBatcher implements Callback {
    // Bounded memory: one batch that fills, and one with the flusher until the socket took it, with
    // one more of what stood in line. What is in the first counts as written, like bytes in the
    // kernel. All three are charged while they wait for the socket or for a window, and only then
    // (UnsentBatches). A writer that finds no room waits with its own buffer, in line; so does one
    // whose window is short. At most one batch frame is with the flusher and not generated, and
    // that is what "scheduled" says: while a write is under way, all that comes goes into the next.

    private final HTTP2Session session;
    private final StreamBursts bursts;
    private final UnsentBatches unsent;
    private final List<Frame> batchFrame = List.of(new BatchGenerator.BatchFrame(this));

    /** Guarded by this, as is all below. */
    private final StreamBatch batch;

    /** What is made of the buffers in line while it is generated; empty between. */
    private final StreamBatch pieces;

    /** Who waits for room or for the connection's window, first come first served. */
    private final ArrayDeque<StreamOutput> line = new ArrayDeque<>(2);

    /** To be told when the batch under way is on the socket. */
    private List<StreamOutput> landing = new ArrayList<>(0);

    private boolean scheduled;

    /** What the buffers can hold that are with the flusher. */
    private int flyingBytes;

    /**
     * A {@link #submit} came back before the socket had taken all: it is full, or another thread
     * writes. Where it takes all at once, as mostly, nothing is charged.
     */
    private boolean stuck;

    /** The windows did not allow all of the batch: what stayed goes when one is widened. */
    private boolean held;

    /** The batch that was generated last left some of the line for lack of room. */
    private boolean lineCut;

    /**
     * The connection's window is used up and somebody in line waits for it: who comes later stands
     * behind, or small messages would for ever go before a large one.
     */
    private boolean starved;

    /** The burst that wrote last; it ends with a {@link #flush}. Null where none is known to. */
    private @Nullable Burst touchedBy;

    /** Not null once the connection is over. */
    private @Nullable Throwable failure;

    StreamBatcher(
            HTTP2Session session, ByteBufferPool pool, StreamBursts bursts, UnsentBatches unsent) {
        this.session = session;
        this.bursts = bursts;
        this.unsent = unsent;
        this.batch = new StreamBatch(pool);
        this.pieces = new StreamBatch(pool);
    }

    /** As {@link StreamOutput#write}. */
    boolean write(StreamOutput output, ByteBuffer from) throws IOException {
        if (!from.hasRemaining()) {
            return true;
        }
        Burst burst;
        boolean copied;
        boolean submit;
        boolean keepsMore;
        synchronized (this) {
            burst = burst();
            if (failure != null) {
                throw new IOException("the connection is over", failure);
            }
            if (output.isDropped()) {
                throw new IOException("the stream is over");
            }
            boolean room = batch.fits(from.remaining());
            copied = room && isOpenFor(output, from.remaining());
            if (copied) {
                batch.add(output, from);
            } else {
                output.offer = StreamOutput.Offer.BEING_MADE;
                output.waiting = from;
                stand(output);
            }
            keepsMore = charge();
            submit = (burst == null || !room) && schedule();
        }
        if (submit) {
            keepsMore |= submit();
        }
        if (keepsMore) {
            unsent.settle();
        }
        if (burst != null) {
            burst.flushIfFull();
        }
        return copied || output.leave();
    }

    /** The caller's, which will end with a {@link #flush}; null where it has none. */
    private @Nullable Burst burst() {
        Burst known = touchedBy;
        if (known != null && known.isMine()) {
            return known;
        }
        Burst burst = bursts.current();
        if (burst != null) {
            touchedBy = burst;
            burst.touch(this);
        }
        return burst;
    }

    /** Whether the caller is to {@link #submit}, having let go of the monitor. */
    private boolean schedule() {
        boolean first = !scheduled;
        scheduled = true;
        return first;
    }

    private boolean hasSomething() {
        return !batch.isEmpty() || !line.isEmpty();
    }

    /** Whether the windows allow it as far as known; {@link #generate} has the last word. */
    private boolean isOpenFor(StreamOutput output, int payload) {
        return !starved
                && output.stream.getSendWindow() - output.batchedBytes >= payload
                && session.getSendWindow() - batch.payloadBytes() >= payload;
    }

    private void stand(StreamOutput output) {
        output.inLine = true;
        line.add(output);
    }

    /** The end of a burst that touched this connection. */
    void flush() {
        boolean submit;
        synchronized (this) {
            touchedBy = null;
            submit = hasSomething() && schedule();
        }
        if (submit && submit()) {
            unsent.settle();
        }
    }

    /** A stream is over that has bytes in the batch. */
    void onDropped() {
        boolean submit;
        synchronized (this) {
            // Else they are left out when the batch goes, which is soon.
            submit = held && schedule();
        }
        if (submit) {
            submit();
        }
    }

    /**
     * A window was widened. Called by the flusher, under its lock, before it generates.
     *
     * @param output whose window it was; null for the connection's, or where there is none
     */
    void onWindow(@Nullable StreamOutput output) {
        boolean submit;
        synchronized (this) {
            if (output != null && output.waiting != null && !output.inLine) {
                stand(output);
            }
            submit = (held || !line.isEmpty()) && schedule();
        }
        if (submit) {
            submit();
        }
    }

    /** Whether more is charged than before; who may be under a lock leaves the rest to others. */
    private boolean submit() {
        try {
            session.frames(null, batchFrame, this);
        } catch (RuntimeException | Error e) {
            // It counts as scheduled: nobody would send what is in it. In onWindow this is under
            // the
            // flusher's lock, and the one case in which sessions are told there.
            failed(e);
        }
        synchronized (this) {
            stuck = scheduled || flyingBytes > 0;
            return charge();
        }
    }

    /** Charges what waits for the socket or a window. Caller holds the monitor. */
    private boolean charge() {
        boolean waits = (stuck || held) && failure == null;
        return unsent.keep(waits ? batch.capacity() + flyingBytes : 0, waits && stuck);
    }

    /**
     * Puts what may go into {@code to}.
     *
     * @param credit hears of the frames
     * @return bytes, frame headers included
     */
    int generate(RetainableByteBuffer.Mutable to, WindowCredit credit) {
        long before = to.size();
        int sent;
        synchronized (this) {
            scheduled = false;
            if (failure != null) {
                return 0;
            }
            int window = session.getSendWindow();
            batch.addEnding(landing);
            sent = batch.take(window, to);
            held = !batch.isEmpty();
            sent += takeLine(window - sent);
            pieces.takePieces(to);
            flyingBytes = batch.takeGivenBytes() + pieces.takeGivenBytes();
            charge();
            session.updateSendWindow(-sent);
        }
        int bytes = (int) (to.size() - before);
        credit.add((bytes - sent) / Frame.HEADER_LENGTH);
        return bytes;
    }

    /** One frame of each in turn, as far as room and the connection's window go. */
    private int takeLine(int window) {
        int sent = 0;
        lineCut = false;
        while (sent < window && !line.isEmpty()) {
            StreamOutput output = line.peek();
            ByteBuffer from = output.waiting;
            int open = output.stream.getSendWindow();
            // Behind bytes that stayed in the batch, which then is for its own window's sake.
            if (from == null || output.isDropped() || output.batchedBytes > 0 || open <= 0) {
                output.inLine = false;
                line.remove();
                continue;
            }
            int piece = pieces.addPiece(output, from, Math.min(open, window - sent));
            if (piece == 0) {
                lineCut = true;
                break;
            }
            sent += piece;
            line.remove();
            if (from.hasRemaining()) {
                line.add(output);
            } else {
                output.inLine = false;
                output.waiting = null;
                landing.add(output);
            }
        }
        starved = !line.isEmpty() && sent >= window;
        return sent;
    }

    /** The flusher has written the batch. */
    @Override
    public void succeeded() {
        List<StreamOutput> landed;
        boolean submit;
        synchronized (this) {
            landed = takeLanding();
            flyingBytes = 0;
            stuck &= scheduled;
            unsent.onProgress();
            charge();
            submit = lineCut && schedule();
        }
        landed.forEach(StreamOutput::landed);
        if (submit) {
            submit();
        }
    }

    /** The connection is over; may come more than once. */
    @Override
    public void failed(Throwable cause) {
        List<StreamOutput> lost;
        synchronized (this) {
            if (failure == null) {
                failure = cause;
            }
            held = false;
            lineCut = false;
            lost = new ArrayList<>(takeLanding());
            lost.addAll(line);
            line.clear();
            batch.addMembers(lost);
            batch.release();
            charge();
        }
        lost.forEach(output -> output.lost(cause));
    }

    private List<StreamOutput> takeLanding() {
        if (landing.isEmpty()) {
            return List.of();
        }
        List<StreamOutput> taken = landing;
        landing = new ArrayList<>(0);
        return taken;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
