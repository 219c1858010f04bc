package io.highwater.archive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Payer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the reads of an archive: how many are made at once, and how many wait, in all and of one
 * address. Addresses take turns. Thread-safe; reads are begun without its lock.
 */
final class ReadGate {
    /** With a page of 128 KiB each: at most 8 MiB of answers that nobody has taken yet. */
    static final int AT_ONCE = 64;

    /** Those that wait included; a proxy's clients are not counted together. */
    static final int MOST_OF_ADDRESS = 250;

    static final int MOST = 10_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Those for whom no address answers take turns as one. */
    private static final Object NOBODY = new Object();

    /** Reads that wait, by address. */
    @GuardedBy("this")
    private final LinkedHashMap<Object, ArrayDeque<Runnable>> waiting = new LinkedHashMap<>();

    /** How many of an address are under way or wait. */
    @GuardedBy("this")
    private final Map<Payer, Integer> open = new HashMap<>();

    @GuardedBy("this")
    private int underWay;

    @GuardedBy("this")
    private int all;

    /** A thread begins reads: others leave them to it. */
    @GuardedBy("this")
    private boolean beginning;

    /** Makes the read when it is its turn; fails at once if too many wait. */
    <T> CompletionStage<T> pass(@Nullable Payer payer, Supplier<CompletionStage<T>> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!enter(payer, () -> begin(payer, read, answer))) {
            answer.completeExceptionally(
                    new UnavailableException("too many reads wait for the archive", RETRY_AFTER));
            return answer;
        }
        beginAll();
        return answer;
    }

    private synchronized boolean enter(@Nullable Payer payer, Runnable read) {
        boolean counts = payer != null && !payer.isProxy();
        int own = counts ? open.getOrDefault(payer, 0) : 0;
        if (all >= MOST || own >= MOST_OF_ADDRESS) {
            return false;
        }
        all++;
        if (counts) {
            open.put(payer, own + 1);
        }
        Object key = payer == null ? NOBODY : payer;
        waiting.computeIfAbsent(key, any -> new ArrayDeque<>()).add(read);
        return true;
    }

    private void beginAll() {
        synchronized (this) {
            if (beginning) {
                return;
            }
            beginning = true;
        }
        boolean over = false;
        try {
            while (!over) {
                Runnable next = next();
                over = next == null;
                if (next != null) {
                    next.run();
                }
            }
        } finally {
            if (!over) {
                synchronized (this) {
                    beginning = false;
                }
            }
        }
    }

    /** The next read of the address whose turn it is; null if none may begin now. */
    private synchronized @Nullable Runnable next() {
        Iterator<Map.Entry<Object, ArrayDeque<Runnable>>> first = waiting.entrySet().iterator();
        if (underWay == AT_ONCE || !first.hasNext()) {
            beginning = false;
            return null;
        }
        underWay++;
        Map.Entry<Object, ArrayDeque<Runnable>> turn = first.next();
        Object address = turn.getKey();
        ArrayDeque<Runnable> reads = turn.getValue();
        first.remove();
        Runnable next = reads.remove();
        if (!reads.isEmpty()) {
            waiting.put(address, reads);
        }
        return next;
    }

    private <T> void begin(
            @Nullable Payer payer, Supplier<CompletionStage<T>> read, CompletableFuture<T> answer) {
        CompletionStage<T> reading;
        try {
            reading = read.get();
        } catch (RuntimeException | Error e) {
            reading = CompletableFuture.failedFuture(e);
        }
        var unused =
                reading.whenComplete(
                        (value, failure) -> {
                            leave(payer);
                            if (failure == null) {
                                answer.complete(value);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                            beginAll();
                        });
    }

    private synchronized void leave(@Nullable Payer payer) {
        underWay--;
        all--;
        if (payer != null && !payer.isProxy()) {
            open.merge(payer, -1, (count, less) -> count + less == 0 ? null : count + less);
        }
    }
}
