package io.highwater.bench.engine;

import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.WireActivity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Takes every frame, or none while it is full. Confined to a thread. */
final class MemoryWire implements Wire, WireActivity {
    static final Payer PAYER = Ledger.unbounded().payers().of(InetAddress.getLoopbackAddress());

    private boolean full;
    private long written;

    /** From now on a write is the last that it takes. */
    void full(boolean on) {
        full = on;
    }

    long written() {
        return written;
    }

    @Override
    public boolean write(OutboundFrame frame) {
        written += frame.bytes();
        return !full;
    }

    @Override
    public int ownFormBytes() {
        return 0;
    }

    @Override
    public void control(Control kind, ByteBuffer payload) {}

    @Override
    public void demand() {}

    @Override
    public void close(CloseStatus status) {
        throw new IllegalStateException("closed: " + status);
    }

    @Override
    public void fail(CloseStatus status, Duration linger) {
        throw new IllegalStateException("failed: " + status);
    }

    @Override
    public void abort() {
        throw new IllegalStateException("aborted");
    }

    @Override
    public void maxMessageBytes(long bytes) {}

    @Override
    public TransportKind kind() {
        return TransportKind.HTTP1;
    }

    @Override
    public Payer payer() {
        return PAYER;
    }

    @Override
    public InetSocketAddress peer() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public WireActivity activity() {
        return this;
    }

    @Override
    public long ageNanos() {
        return 0;
    }

    @Override
    public long lastReadNanos() {
        return 0;
    }

    @Override
    public long pingWrittenNanos() {
        return 0;
    }

    @Override
    public boolean isPingFollowed() {
        return false;
    }

    @Override
    public boolean isPingPending() {
        return false;
    }

    @Override
    public boolean isWritePending() {
        return full;
    }

    @Override
    public long writePendingSinceNanos() {
        return 0;
    }

    @Override
    public boolean isDemandWithheld() {
        return false;
    }

    @Override
    public boolean isMessageArriving() {
        return false;
    }

    @Override
    public boolean isReadingWithheld() {
        return false;
    }

    @Override
    public long readingChangedNanos() {
        return 0;
    }
}
