package io.highwater.endpoint.remote;

import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.SendCompletion;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Calls an application's SendHandler, which may block. Therefore it runs on the thread that sent,
 * if the send call has not returned yet, or else on a thread of its own, but never on a transport's
 * thread. Immutable.
 */
record HandlerCompletion(SendHandler handler, Thread sender, Executor executor, OutboundNode node)
        implements SendCompletion {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerCompletion.class);

    @Override
    public void onWritten() {
        tell(new SendResult());
    }

    @Override
    public void onFailed(Throwable cause) {
        tell(new SendResult(cause));
    }

    private void tell(SendResult result) {
        if (Thread.currentThread() == sender) {
            handler.onResult(result);
        } else {
            executor.execute(() -> tellHere(result));
        }
    }

    /** The send call has returned, so what the handler throws goes to the log. */
    private void tellHere(SendResult result) {
        try {
            handler.onResult(result);
        } catch (RuntimeException | Error e) {
            node.logs().tell("outbound", node.observer()::onListenerFailed);
            node.logs().say(LOG, Level.WARN, "send_handler_failed", e);
        }
    }
}
