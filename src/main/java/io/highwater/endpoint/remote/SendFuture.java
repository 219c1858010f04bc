package io.highwater.endpoint.remote;

import io.highwater.outbound.SendCompletion;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The outcome of sending one message. Thread-safe. */
public final class SendFuture extends CompletableFuture<@Nullable Void> implements SendCompletion {
    @Override
    public void onWritten() {
        complete(null);
    }

    @Override
    public void onFailed(Throwable cause) {
        completeExceptionally(cause);
    }

    /** Waits until the transport has taken the message. */
    void await() throws IOException {
        try {
            get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("while sending");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IOException(e.getCause());
        }
    }
}
