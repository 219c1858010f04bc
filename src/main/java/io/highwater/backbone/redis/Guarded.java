package io.highwater.backbone.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Calls that may throw although they return a stage. Stateless. */
final class Guarded {
    private Guarded() {}

    /**
     * Makes a call. Whatever it throws is the failure of the stage, so that whoever waits for an
     * answer gets one.
     */
    static <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
