package io.highwater.outbound;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Tells completions, listeners and observers, under no lock, and survives what they throw.
 * Thread-safe.
 *
 * <p>A completion may offer the next message, whose completion offers the next: on a wire that
 * takes all at once that is a recursion without end. From {@link #MAX_DEPTH} on, a callback waits
 * until those below it on the stack have returned.
 */
final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private static final int MAX_DEPTH = 16;

    private final Ticker ticker;
    private final OutboundObserver observer;
    private final LogLimit logs;
    private final ThreadLocal<Nesting> nesting = ThreadLocal.withInitial(Nesting::new);

    Callbacks(Ticker ticker, OutboundObserver observer, LogLimit logs) {
        this.ticker = ticker;
        this.observer = observer;
        this.logs = logs;
    }

    void written(@Nullable SendCompletion completion, long sampledNanos) {
        if (sampledNanos != 0) {
            measured(ticker.nanoTime() - sampledNanos);
        }
        if (completion != null) {
            run(completion::onWritten);
        }
    }

    /** On the way of a message: allocates nothing. */
    private void measured(long nanos) {
        try {
            observer.onLatencyNanos(nanos);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    void written(List<Element> elements) {
        for (Element element : elements) {
            written(element.completion(), element.sampledNanos());
        }
    }

    void failed(@Nullable SendCompletion completion, Throwable cause) {
        if (completion != null) {
            run(() -> completion.onFailed(cause));
        }
    }

    /** The message was offered to a queue that is over, or was lost with it. */
    void closed(@Nullable SendCompletion completion) {
        if (completion != null) {
            failed(completion, new ClosedChannelException());
        }
    }

    void failed(List<? extends Element> elements, Throwable cause) {
        for (Element element : elements) {
            failed(element.completion(), cause);
        }
    }

    /** The queue has given up what the log has too. Each series is told once. */
    void cut(List<QueuedTurn<?>> given, Throwable cause) {
        failed(given, cause);
        Set<LogSeries<?>> told = Collections.newSetFromMap(new IdentityHashMap<>());
        for (QueuedTurn<?> turn : given) {
            LogSeries<?> series = turn.series();
            if (series != null && told.add(series)) {
                tell(series::onCut);
            }
        }
    }

    void writable(List<CompletableFuture<@Nullable Void>> futures) {
        for (CompletableFuture<@Nullable Void> future : futures) {
            run(() -> future.complete(null));
        }
    }

    void neverWritable(List<CompletableFuture<@Nullable Void>> futures, Throwable cause) {
        for (CompletableFuture<@Nullable Void> future : futures) {
            run(() -> future.completeExceptionally(cause));
        }
    }

    /** Runs the listener at once: it hears of a mark before the offer returns. */
    void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            // Errors too: those behind it are still owed their answer.
            failed(e);
        }
    }

    private void failed(Throwable thrown) {
        try {
            observer.onListenerFailed();
        } catch (RuntimeException | Error e) {
            logs.untold("outbound", e);
        }
        logs.say(LOG, Level.WARN, "listener_failed", thrown);
    }

    private void run(Runnable callback) {
        Nesting here = nesting.get();
        if (here.depth == MAX_DEPTH) {
            here.deferred.add(callback);
            return;
        }
        here.depth++;
        try {
            tell(callback);
            if (here.depth == 1) {
                for (Runnable next = here.deferred.poll();
                        next != null;
                        next = here.deferred.poll()) {
                    tell(next);
                }
            }
        } finally {
            here.depth--;
        }
    }

    /** Confined to its thread. */
    private static final class Nesting {
        private final ArrayDeque<Runnable> deferred = new ArrayDeque<>(0);
        private int depth;
    }
}
