package io.highwater.outbound;

import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.WireActivity;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** All of a wire that a queue does not need for its memory to be measured: it keeps nothing. */
abstract class BareWire implements Wire {
    private final Payer payer;

    BareWire(Payer payer) {
        this.payer = payer;
    }

    @Override
    public final Payer payer() {
        return payer;
    }

    @Override
    public final void maxMessageBytes(long bytes) {}

    @Override
    public final TransportKind kind() {
        return TransportKind.HTTP1;
    }

    @Override
    public final InetSocketAddress peer() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public final int ownFormBytes() {
        return 0;
    }

    @Override
    public final void control(Control kind, ByteBuffer payload) {}

    @Override
    public final void demand() {}

    @Override
    public final void close(CloseStatus status) {}

    @Override
    public final void fail(CloseStatus status, Duration linger) {}

    @Override
    public final void abort() {}

    @Override
    public final WireActivity activity() {
        throw new UnsupportedOperationException();
    }
}
