package io.highwater.endpoint;

import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.SendQueue;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.eclipse.jetty.ee10.websocket.jakarta.common.SendHandlerCallback;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.OutgoingEntry;

/** Brings what Jetty's remotes send into the session's queue or past it. Thread-safe. */
final class OutgoingFrames {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private OutgoingFrames() {}

    /** A Ping or a Pong goes past the queue; it is best effort, as all of them are. */
    static void sendControl(OutgoingEntry entry, Wire wire) {
        if (entry.getFrame().getOpCode() == OpCode.PING) {
            wire.ping(payload(entry.getFrame()));
        } else {
            wire.pong(payload(entry.getFrame()));
        }
        entry.getCallback().succeeded();
    }

    /** A message or a fragment of one; consumes its payload. */
    static void sendData(OutgoingEntry entry, Wire wire, SendQueue queue, EndpointDeployment at) {
        Frame frame = entry.getFrame();
        OutboundFrame.Fin fin = frame.isFin() ? OutboundFrame.Fin.LAST : OutboundFrame.Fin.MORE;
        OutboundFrame bytes =
                OutboundFrame.fragment(opcode(frame.getOpCode()), fin, payload(frame));
        Callback callback = entry.getCallback();
        if (callback instanceof SendHandlerCallback) {
            callback = new HandlerCallback(callback, Thread.currentThread(), at.route().executor());
        }
        if (entry.getMessageTimeout() > 0) {
            SendTimeout timeout =
                    new SendTimeout(callback, wire, at.wheel(), entry.getMessageTimeout());
            timeout.start();
            queue.offer(bytes, timeout);
        } else {
            queue.offer(bytes, new Completion(callback));
        }
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

    /**
     * A team's SendHandler: it may block, so it runs on the thread that sent, if that has not
     * returned yet, or else on one that nobody shares, never on a transport's.
     */
    private record HandlerCallback(Callback handler, Thread sender, Executor executor)
            implements Callback {
        @Override
        public void succeeded() {
            run(handler::succeeded);
        }

        @Override
        public void failed(Throwable cause) {
            run(() -> handler.failed(cause));
        }

        private void run(Runnable outcome) {
            if (Thread.currentThread() == sender) {
                outcome.run();
            } else {
                executor.execute(outcome);
            }
        }
    }
}
