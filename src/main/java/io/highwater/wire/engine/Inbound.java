package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.WireExtension;
import io.highwater.wire.WireListener;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What comes in: whether the listener demands it, whether the transport may have more, the reader
 * of a burst, and the charge for bytes that wait for the rest of their message.
 *
 * <p>The third layer of {@link WireConnection}. The flags are guarded by this; the reader and the
 * charge belong to the thread that has the reader, as {@link SerialRun} says. Neither the transport
 * nor the listener is called under the lock.
 */
abstract sealed class Inbound extends SerialRun implements InboundCharge.Subject permits Release {
    final Transport transport;

    /** Null where no extension was agreed on. */
    final @Nullable WireExtension extension;

    private final Payer payer;

    /**
     * Belongs to the serial run, or to a look. Made for a burst; null while nothing is half read.
     */
    private @Nullable WireReader reader;

    /**
     * Written by the thread that has the reader. Null while hardly anything of a message is kept.
     */
    private volatile @Nullable InboundCharge charge;

    /** Whether the listener permits a message. Written under this, read without it. */
    private volatile boolean demanded;

    /** Whether a read may find something; false until the transport says so. */
    @GuardedBy("this")
    private boolean mayRead = true;

    /** The transport said that it is readable, and no read has seen it yet. */
    @GuardedBy("this")
    private boolean readable;

    /** The transport was asked to tell when it is readable. */
    @GuardedBy("this")
    private boolean awaited;

    private volatile long lastReadNanos;

    Inbound(
            WireContext context,
            Route route,
            Transport transport,
            Payer payer,
            @Nullable WireExtension extension) {
        super(context, route);
        this.transport = transport;
        this.payer = payer;
        this.extension = extension;
        this.lastReadNanos = context.wheel().nowNanos();
    }

    abstract WireListener listener();

    // Demand.

    /** As {@link io.highwater.wire.Wire#demand}. */
    public final void demand() {
        synchronized (this) {
            if (demanded || !mayDemand()) {
                return;
            }
            readingChanges();
            demanded = true;
        }
        wake();
    }

    /** Uses the demand up for a message. False if the session no longer takes messages. */
    final synchronized boolean takeDemand() {
        boolean open = isOpen();
        if (open) {
            readingChanges();
            demanded = false;
        }
        return open;
    }

    /** The listener gets no more messages. */
    @GuardedBy("this")
    final void dropDemand() {
        demanded = false;
    }

    // What the transport has.

    /** Bytes that came with the request, to be read first. Called before the run first starts. */
    final void prefill(ByteBuffer early) {
        if (early.hasRemaining()) {
            reader().prefill(early);
        }
    }

    /** There is nothing to read until the transport says that it is readable. */
    @GuardedBy("this")
    final void readNothing() {
        mayRead = false;
    }

    /** The transport says that it is readable. */
    @GuardedBy("this")
    final void readAgain() {
        mayRead = true;
        readable = true;
        awaited = false;
    }

    /** Whether the transport said so since the last read. */
    @GuardedBy("this")
    final boolean isReadable() {
        return readable;
    }

    /** Whether the run has something to read and may read it. */
    @GuardedBy("this")
    final boolean isReadDue() {
        return mayRead
                && switch (reading()) {
                    case DEMANDED -> demanded && !isHeld();
                    case FOR_CLOSE -> !isHeld();
                    case DROPPED -> true;
                    case NOTHING -> false;
                };
    }

    /**
     * Begins a read, which finds all that the transport has told of. Returns what to do with it.
     */
    final synchronized Reading beginRead(WireReader of) {
        if (readable) {
            readable = false;
            of.transportReadable();
            lastReadNanos = context.wheel().nowNanos();
        }
        return reading();
    }

    /** A read has emptied the transport, and the reader may have nothing left. */
    final void rest() {
        dropIdleReader();
        synchronized (this) {
            mayRead = readable;
        }
        awaitMore();
    }

    /** Asks the transport to tell of more, unless it has done so or was asked already. */
    final void awaitMore() {
        boolean ask;
        synchronized (this) {
            ask = !readable && !awaited;
            awaited |= ask;
        }
        if (ask) {
            transport.whenReadable();
        }
    }

    // The reader.

    final WireReader reader() {
        WireReader made = reader;
        if (made == null) {
            reader = made = new WireReader(transport, context.buffers(), extension);
        }
        return made;
    }

    /** Null while nothing is half read. */
    final @Nullable WireReader presentReader() {
        return reader;
    }

    /** Drops a reader that holds nothing; a new one is made when more comes. */
    final void dropIdleReader() {
        WireReader present = reader;
        if (present != null && present.isIdle()) {
            reader = null;
        }
    }

    @Override
    final void detachReader() {
        if (reader != null) {
            reader.detach();
        }
    }

    final void releaseReader() {
        WireReader last = reader;
        if (last != null) {
            reader = null;
            last.release();
        }
    }

    // What is kept of messages, and charged.

    /**
     * Charges what is kept of messages, the listener's part included.
     *
     * @param delivered bytes that the listener is about to get
     */
    final void keep(WireReader of, int delivered, Place place) {
        long kept = of.keptBytes() + listener().keptBytes() + delivered;
        boolean partial = of.isInMessage();
        InboundCharge present = charge;
        if (kept < InboundCharge.LEAST_BYTES && !partial) {
            endCharge();
            return;
        }
        if (present == null) {
            charge = present = newCharge();
        }
        present.set(kept, of.takeCame(), partial);
        if (place == Place.EXECUTOR) {
            present.settle();
        }
    }

    /** Called after a callback: what the listener kept is no longer in the reader. */
    final void keepRest() {
        WireReader present = reader;
        if (present == null) {
            // A look found nothing more and dropped the reader.
            keepOfListener();
        } else if (present.refusal() == null) {
            keep(present, 0, Place.EXECUTOR);
        }
    }

    private void keepOfListener() {
        InboundCharge present = charge;
        if (present == null) {
            return;
        }
        long kept = listener().keptBytes();
        if (kept < InboundCharge.LEAST_BYTES) {
            endCharge();
        } else {
            present.set(kept, 0, false);
        }
    }

    /** Charges what a look has read; what the listener keeps is unknown while its callback runs. */
    final void keepAhead(long before, long now) {
        InboundCharge present = charge;
        if (present != null) {
            present.add(now - before);
        } else if (now >= InboundCharge.LEAST_BYTES) {
            charge = present = newCharge();
            present.add(now);
        }
        if (present != null) {
            present.settle();
        }
    }

    private InboundCharge newCharge() {
        return new InboundCharge(this, book(), context.wheel(), route.settings().messageTimeout());
    }

    /** Ends the charge: nothing is kept any more. */
    final void endCharge() {
        InboundCharge last = charge;
        if (last != null) {
            charge = null;
            last.close();
        }
    }

    private Book book() {
        return context.ledger().book(Account.INBOUND);
    }

    /** Whether the node or this address must not keep more of arriving messages. */
    final boolean isPressed() {
        return book().isPressed() || !book().fitsAddress(payer, 0);
    }

    /** Whether the charge for what is kept holds reading up. */
    final boolean isHeld() {
        InboundCharge present = charge;
        return present != null && present.isHeld();
    }

    // Asked by the charge and by keepalive; as Wire and WireActivity say.

    @Override
    public final Payer payer() {
        return payer;
    }

    @Override
    public final void onLetGo() {
        wake();
    }

    @Override
    public final boolean isReadingWithheld() {
        return !demanded || isWaitingForExecutor() || isHeld();
    }

    public final boolean isDemandWithheld() {
        return !demanded;
    }

    public final boolean isMessageArriving() {
        InboundCharge present = charge;
        return present != null && present.isMessageArriving();
    }

    public final long lastReadNanos() {
        return lastReadNanos;
    }
}
