package io.highwater.endpoint;

import io.highwater.outbound.SendCompletion;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.concurrent.Executor;

/**
 * A team's SendHandler: it may block, so it runs on the thread that sent, if that has not returned
 * yet, or else on one that nobody shares, never on a transport's. Immutable.
 */
record HandlerCompletion(SendHandler handler, Thread sender, Executor executor)
        implements SendCompletion {
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
            executor.execute(() -> handler.onResult(result));
        }
    }
}
