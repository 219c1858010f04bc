package io.highwater.endpoint;

import io.highwater.outbound.SendCompletion;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** What Jetty's writers and streams send, in the terms of the session's queue. Thread-safe. */
final class OutgoingFrames {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private OutgoingFrames() {}

    /** A fragment of a message; consumes its payload. */
    static OutboundFrame data(Frame frame) {
        OutboundFrame.Fin fin = frame.isFin() ? OutboundFrame.Fin.LAST : OutboundFrame.Fin.MORE;
        return OutboundFrame.fragment(opcode(frame.getOpCode()), fin, payload(frame));
    }

    static SendCompletion completion(Callback callback) {
        return new Completion(callback);
    }

    private static ByteBuffer payload(Frame frame) {
        return frame.getPayload() == null ? EMPTY : frame.getPayload();
    }

    private static Opcode opcode(byte code) {
        return switch (code) {
            case OpCode.TEXT -> Opcode.TEXT;
            case OpCode.BINARY -> Opcode.BINARY;
            default -> Opcode.CONTINUATION;
        };
    }

    private record Completion(Callback callback) implements SendCompletion {
        @Override
        public void onWritten() {
            callback.succeeded();
        }

        @Override
        public void onFailed(Throwable cause) {
            callback.failed(cause);
        }
    }
}
