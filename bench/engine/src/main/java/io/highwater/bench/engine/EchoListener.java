package io.highwater.bench.engine;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import java.nio.ByteBuffer;

/** Writes each message back, and reads the next one when the wire has taken it. */
final class EchoListener implements WireListener {
    private final Wire wire;

    EchoListener(Wire wire) {
        this.wire = wire;
    }

    @Override
    public void onOpen() {
        wire.demand();
    }

    @Override
    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        OutboundFrame.Fin fin = last ? OutboundFrame.Fin.LAST : OutboundFrame.Fin.MORE;
        if (wire.write(OutboundFrame.fragment(opcode, fin, payload))) {
            wire.demand();
        }
    }

    @Override
    public void onWritable() {
        wire.demand();
    }

    @Override
    public void onClosed(CloseStatus status) {}
}
