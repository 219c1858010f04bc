package io.highwater.testing;

import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.WireActivity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * All of a wire but its write, which does nothing and keeps nothing: the one place where tests
 * implement {@link Wire}. {@link RecordingWire} keeps what it is given; others are for where that
 * itself would be measured, or would order what is to race.
 */
public abstract class BareWire implements Wire {
    private static final Payer PAYER =
            Ledger.unbounded().payers().of(InetAddress.getLoopbackAddress());

    private final Payer payer;

    /** Of a client whose account has no bounds. */
    protected BareWire() {
        this(PAYER);
    }

    protected BareWire(Payer payer) {
        this.payer = payer;
    }

    @Override
    public final Payer payer() {
        return payer;
    }

    @Override
    public final TransportKind kind() {
        return TransportKind.HTTP1;
    }

    @Override
    public final InetSocketAddress peer() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    /** It shares what it is given. */
    @Override
    public final int ownFormBytes() {
        return 0;
    }

    @Override
    public final void maxMessageBytes(long bytes) {}

    @Override
    public void control(Control kind, ByteBuffer payload) {}

    @Override
    public void demand() {}

    @Override
    public void close(CloseStatus status) {}

    @Override
    public void fail(CloseStatus status, Duration linger) {}

    @Override
    public void abort() {}

    @Override
    public WireActivity activity() {
        throw new UnsupportedOperationException("nobody keeps it alive");
    }
}
