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
 * Makes DATA frames of what the WebSockets of one HTTP/2 connection write, and hands them to
 * Jetty's flusher as one batch.
 *
 * <p>Thread-safe. Writers copy into the batch under the monitor. Jetty's flusher sends the batch:
 * it calls {@link #generate} when it is about to write. Only there are bytes counted against the
 * windows, on the thread that also widens them. Jetty is called, and events are told, without the
 * monitor. Lock order: Jetty's flusher, then this, then a stream of Jetty's.
 */
final class StreamBatcher implements Callback {
    // Memory is bounded: one batch that fills, one that is with the flusher until the socket took
    // it, and one more with the latter, made of what stood in line. What is in the first counts as
    // written, like bytes in the kernel. All three are charged while they wait for the socket or
    // for a window, and only then (UnsentBatches). A writer that finds no room waits in line with
    // its own buffer; so does one whose window is short. At most one batch frame is with the
    // flusher and not generated, and that is what "scheduled" says: while a write is under way, all
    // that comes goes into the next batch.

    private final HTTP2Session session;
    private final StreamBursts bursts;
    private final UnsentBatches unsent;
    private final List<Frame> batchFrame = List.of(new BatchGenerator.BatchFrame(this));

    /** Guarded by this, like all fields below. */
    private final StreamBatch batch;

    /** Frames made of the buffers in line, while a batch is generated; empty otherwise. */
    private final StreamBatch pieces;

    /** Outputs that wait for room or for the connection's window, first come first served. */
    private final ArrayDeque<StreamOutput> line = new ArrayDeque<>(2);

    /** Outputs to be told when the batch under way is on the socket. */
    private List<StreamOutput> landing = new ArrayList<>(0);

    private boolean scheduled;

    /** Capacity of the buffers that are with the flusher. */
    private int flyingBytes;

    /**
     * A {@link #submit} returned before the socket had taken everything: the socket is full, or
     * another thread writes. If the socket takes everything at once, as it usually does, nothing is
     * charged.
     */
    private boolean stuck;

    /** The windows did not allow all of the batch: the rest goes when a window is widened. */
    private boolean held;

    /** The batch that was generated last left out some of the line for lack of room. */
    private boolean lineCut;

    /**
     * The connection's window is used up and an output in line waits for it. Later outputs stand
     * behind it; otherwise small messages would go before a large one forever.
     */
    private boolean starved;

    /** The burst that wrote last; it ends with a {@link #flush}. Null if no such burst is known. */
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

    /** The caller's burst, which will end with a {@link #flush}; null if it has none. */
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

    /** Whether the caller must {@link #submit} after it has released the monitor. */
    private boolean schedule() {
        boolean first = !scheduled;
        scheduled = true;
        return first;
    }

    private boolean hasSomething() {
        return !batch.isEmpty() || !line.isEmpty();
    }

    /** Whether the windows allow it as far as is known; {@link #generate} has the last word. */
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

    /** A stream that has bytes in the batch is over. */
    void onDropped() {
        boolean submit;
        synchronized (this) {
            // Otherwise they are left out when the batch goes, which is soon.
            submit = held && schedule();
        }
        if (submit) {
            submit();
        }
    }

    /**
     * A window was widened. Called by the flusher, under its lock, before it generates.
     *
     * @param output whose window it was; null for the connection's window, or if there is no output
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

    /**
     * Returns whether more is charged than before; a caller that may hold a lock does not settle
     * it.
     */
    private boolean submit() {
        try {
            session.frames(null, batchFrame, this);
        } catch (RuntimeException | Error e) {
            // The batch counts as scheduled, so nothing else would send what is in it. If onWindow
            // called this, we are under the flusher's lock: the one case in which sessions are told
            // under it.
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
     * Puts what may be sent now into {@code to}.
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

    /** Takes one frame of each in turn, as far as room and the connection's window go. */
    private int takeLine(int window) {
        int sent = 0;
        lineCut = false;
        while (sent < window && !line.isEmpty()) {
            StreamOutput output = line.peek();
            ByteBuffer from = output.waiting;
            int open = output.stream.getSendWindow();
            // With bytes still in the batch it waits behind them: its own window kept them there.
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
