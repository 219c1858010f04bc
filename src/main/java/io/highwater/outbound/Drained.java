package io.highwater.outbound;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a writer gathers under the lock and tells when it holds none. Confined to the writer. */
final class Drained {
    final List<Element> written;
    final List<Element> lost = new ArrayList<>(0);
    final List<CompletableFuture<@Nullable Void>> writable = new ArrayList<>(0);

    /** The Close that follows, the queue being empty. */
    @Nullable CloseDeadline closing;

    /** What that does not wait for. */
    @Nullable Waiting dropped;

    Drained(List<Element> written) {
        this.written = new ArrayList<>(written);
    }
}
