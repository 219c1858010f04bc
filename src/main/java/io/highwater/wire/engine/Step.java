package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.WireExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One step of the serial run: which step is next, which thread may take it, and what it does, from
 * a read of the transport to a call of the listener.
 *
 * <p>The seventh layer of {@link WireConnection}. What is due is decided under the lock, which is
 * this; everything else is confined to the run.
 */
abstract sealed class Step extends LookAhead permits WireConnection {
    /** On the executor, a step reads at most this often, even if no read completes the step. */
    private static final int READS_A_STEP = 16;

    private volatile int maxMessageBytes;

    Step(
            WireContext context,
            Route route,
            Transport transport,
            Payer payer,
            @Nullable WireExtension extension,
            UpgradeDecision.Lease lease) {
        super(context, route, transport, payer, extension, lease);
        maxMessageBytes(route.settings().maxMessageBytes());
    }

    /** As {@link io.highwater.wire.Wire#maxMessageBytes}. */
    public final void maxMessageBytes(long bytes) {
        maxMessageBytes = (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    // What is next.

    @Override
    @GuardedBy("this")
    final Action nextAction() {
        if (isOpeningDue()) {
            return Action.OPEN;
        }
        WireReader reader = presentReader();
        if (reader != null && reader.isStepDue()) {
            return Action.DELIVER;
        }
        if (isEndDue()) {
            return Action.NOTIFY_CLOSED;
        }
        if (isOver()) {
            return Action.FINISH;
        }
        if (isReset()) {
            return Action.RELEASE;
        }
        return isReadDue() ? Action.READ : Action.PARK;
    }

    @Override
    final boolean isForExecutor(Action action) {
        return switch (action) {
            case OPEN -> route.lifecycle() == Route.Lifecycle.MAY_BLOCK;
            case DELIVER -> true;
            // What the transport's thread reads waits on the heap for the executor.
            case READ -> extension != null || !transport.kind().isPlainSocket() || isPressed();
            case NOTIFY_CLOSED ->
                    route.lifecycle() == Route.Lifecycle.MAY_BLOCK
                            || !isEndOrdinary()
                            || listener().closedMayBlock();
            case FINISH, RELEASE -> !transport.kind().isPlainSocket() || mayLeaseBlock();
            case PARK -> false;
        };
    }

    @Override
    final void begin(Action action) {
        switch (action) {
            case OPEN -> openingTold();
            case NOTIFY_CLOSED -> endTold();
            case FINISH, RELEASE -> move(Event.RELEASE);
            case DELIVER, READ, PARK -> {}
        }
    }

    // How it is taken.

    @Override
    final Outcome perform(Action action, Place place) throws IOException, ProtocolViolation {
        switch (action) {
            case OPEN -> {
                if (place == Place.EXECUTOR) {
                    return call(listener()::onOpen);
                }
                listener().onOpen();
            }
            case DELIVER -> {
                reader().takeStep();
                return deliver(reader());
            }
            case READ -> {
                return read(place);
            }
            case NOTIFY_CLOSED -> {
                dropMessage();
                endCharge();
                notifyClosed();
            }
            case FINISH -> finish();
            case RELEASE -> release();
            case PARK -> throw new IllegalStateException("parked");
        }
        return Outcome.GOES_ON;
    }

    /** The listener will not get it; and a callback that may block must not hold a read buffer. */
    private void dropMessage() {
        WireReader reader = presentReader();
        if (reader == null) {
            return;
        }
        reader.dropMessage();
        if (!isOnOneThread()) {
            reader.detach();
        }
    }

    private Outcome read(Place place) throws IOException, ProtocolViolation {
        WireReader reader = reader();
        boolean dropped = beginRead(reader) == Reading.DROPPED || reader.refusal() != null;
        int reads = place == Place.EXECUTOR ? READS_A_STEP : 1;
        switch (dropped ? reader.discard(reads) : reader.next(maxMessageBytes, reads)) {
            case FRAGMENT, TOO_LARGE -> {
                return deliverSoon(reader, place);
            }
            case PONG -> {
                if (!listener().settlePing(reader.payload())) {
                    return deliverSoon(reader, place);
                }
            }
            case PING -> answer(reader.payload());
            case CLOSE -> onPeerClose(ControlFrame.readClose(reader.payload()));
            case WAIT -> {
                if (!dropped) {
                    keep(reader, 0, place);
                }
                rest();
            }
            case MORE -> {
                return Outcome.IS_LONG;
            }
            case END -> onTransportClosed(null);
        }
        return Outcome.GOES_ON;
    }

    /**
     * Delivers at once on the executor; the transport's thread leaves the delivery to the executor.
     */
    private Outcome deliverSoon(WireReader reader, Place place) {
        // A callback that may block, or may give no demand, must not keep a read buffer.
        boolean emptied = !isOnOneThread() && reader.detach();
        if (place == Place.TRANSPORT) {
            reader.keepStep();
            keep(reader, 0, place);
        }
        if (emptied) {
            awaitMore();
        }
        return place == Place.EXECUTOR ? deliver(reader) : Outcome.GOES_ON;
    }

    private Outcome deliver(WireReader reader) {
        CloseStatus refusal = reader.refusal();
        if (refusal != null) {
            return call(() -> refuse(refusal));
        }
        ByteBuffer payload = reader.payload();
        if (reader.isPong()) {
            return call(() -> listener().onPong(payload));
        }
        Opcode opcode = reader.opcode();
        boolean last = reader.last();
        keep(reader, payload.remaining(), Place.EXECUTOR);
        if (!takeDemand()) {
            keep(reader, 0, Place.EXECUTOR);
            return Outcome.GOES_ON;
        }
        received(last ? 1 : 0, payload.remaining());
        return call(() -> listener().onFragment(opcode, payload, last));
    }

    private void refuse(CloseStatus refusal) {
        boolean open = takeDemand();
        endCharge();
        if (!open || !listener().onTooLarge(refusal)) {
            fail(refusal, FAULT_LINGER);
        }
    }

    /** Called for each message: allocates nothing, like {@link Writer#onTaken}. */
    private void received(int messages, int bytes) {
        try {
            context.observer().onReceived(messages, bytes);
        } catch (RuntimeException | Error e) {
            untold(e);
        }
    }
}
