package io.highwater.archive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the reads of an archive: how many are made at once, how many wait, in all and of one
 * address, and how long each takes, its wait included. Addresses take turns. Thread-safe; reads are
 * begun, and answers completed, without its lock.
 */
final class ReadGate {
    /** With a page of 128 KiB each: at most 8 MiB of answers that nobody has taken yet. */
    static final int AT_ONCE = 64;

    /** Those that wait included; a proxy's clients are not counted together. */
    static final int MOST_OF_ADDRESS = 250;

    static final int MOST = 10_000;

    /** A disk that hangs answers nothing, and fails nothing either. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Those for whom no address answers take turns as one. */
    private static final Object NOBODY = new Object();

    private enum Stage {
        WAITING,
        UNDER_WAY,
        /** Answered, failed or too late. */
        OVER
    }

    /** Guarded by the gate, but for its answer. */
    private static final class Read {
        private final @Nullable Payer payer;
        private final long deadlineNanos;
        private final Consumer<Read> begin;
        private final CompletableFuture<?> answer;
        private Stage stage = Stage.WAITING;

        Read(
                @Nullable Payer payer,
                long deadlineNanos,
                Consumer<Read> begin,
                CompletableFuture<?> answer) {
            this.payer = payer;
            this.deadlineNanos = deadlineNanos;
            this.begin = begin;
            this.answer = answer;
        }

        private boolean counts() {
            return payer != null && !payer.isProxy();
        }

        private Object address() {
            return payer == null ? NOBODY : payer;
        }
    }

    private final TimerWheel wheel;
    private final Timer deadline = new Deadline();

    /** Reads that wait, by address. */
    @GuardedBy("this")
    private final LinkedHashMap<Object, ArrayDeque<Read>> waiting = new LinkedHashMap<>();

    /** Those under way and those that wait, in the order in which they came. */
    @GuardedBy("this")
    private final LinkedHashSet<Read> all = new LinkedHashSet<>();

    /** How many of an address are under way or wait. */
    @GuardedBy("this")
    private final Map<Payer, Integer> open = new HashMap<>();

    @GuardedBy("this")
    private int underWay;

    /** A thread begins reads: others leave them to it. */
    @GuardedBy("this")
    private boolean beginning;

    /** The deadline of the oldest read, or of one before it, is in the wheel. */
    @GuardedBy("this")
    private boolean scheduled;

    ReadGate(TimerWheel wheel) {
        this.wheel = wheel;
    }

    /** Makes the read when it is its turn; fails at once if too many wait. */
    <T> CompletionStage<T> pass(@Nullable Payer payer, Supplier<CompletionStage<T>> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!enter(payer, read, answer)) {
            answer.completeExceptionally(unavailable("too many reads wait for the archive"));
            return answer;
        }
        beginAll();
        return answer;
    }

    private static UnavailableException unavailable(String why) {
        return new UnavailableException(why, RETRY_AFTER);
    }

    private synchronized <T> boolean enter(
            @Nullable Payer payer,
            Supplier<CompletionStage<T>> reading,
            CompletableFuture<T> answer) {
        Read read =
                new Read(
                        payer,
                        wheel.nowNanos() + LONGEST.toNanos(),
                        begun -> begin(begun, reading, answer),
                        answer);
        int own = read.counts() ? open.getOrDefault(payer, 0) : 0;
        if (all.size() >= MOST || own >= MOST_OF_ADDRESS) {
            return false;
        }
        all.add(read);
        if (read.counts()) {
            open.put(payer, own + 1);
        }
        waiting.computeIfAbsent(read.address(), any -> new ArrayDeque<>()).add(read);
        schedule();
        return true;
    }

    @GuardedBy("this")
    private void schedule() {
        if (!scheduled && !all.isEmpty()) {
            scheduled = true;
            wheel.schedule(deadline, all.iterator().next().deadlineNanos);
        }
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
                Read next = next();
                over = next == null;
                if (next != null) {
                    next.begin.accept(next);
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
    private synchronized @Nullable Read next() {
        Iterator<Map.Entry<Object, ArrayDeque<Read>>> first = waiting.entrySet().iterator();
        if (underWay == AT_ONCE || !first.hasNext()) {
            beginning = false;
            return null;
        }
        Map.Entry<Object, ArrayDeque<Read>> turn = first.next();
        Object address = turn.getKey();
        ArrayDeque<Read> reads = turn.getValue();
        first.remove();
        Read next = reads.remove();
        if (!reads.isEmpty()) {
            waiting.put(address, reads);
        }
        underWay++;
        next.stage = Stage.UNDER_WAY;
        return next;
    }

    private <T> void begin(
            Read read, Supplier<CompletionStage<T>> made, CompletableFuture<T> answer) {
        CompletionStage<T> reading;
        try {
            reading = made.get();
        } catch (RuntimeException | Error e) {
            reading = CompletableFuture.failedFuture(e);
        }
        var unused =
                reading.whenComplete(
                        (value, failure) -> {
                            if (!leave(read)) {
                                return;
                            } else if (failure == null) {
                                answer.complete(value);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                            beginAll();
                        });
    }

    /** False if it was too late already. */
    private synchronized boolean leave(Read read) {
        if (read.stage == Stage.OVER) {
            return false;
        } else if (read.stage == Stage.UNDER_WAY) {
            underWay--;
        } else {
            stopWaiting(read);
        }
        read.stage = Stage.OVER;
        all.remove(read);
        Payer payer = read.payer;
        if (payer != null && read.counts()) {
            open.merge(payer, -1, (count, less) -> count + less == 0 ? null : count + less);
        }
        return true;
    }

    /** It is the oldest of its address. */
    @GuardedBy("this")
    private void stopWaiting(Read read) {
        ArrayDeque<Read> reads = waiting.get(read.address());
        if (reads != null && reads.remove(read) && reads.isEmpty()) {
            waiting.remove(read.address());
        }
    }

    /** One that has had its time; null if there is none, and then the next one is waited for. */
    private synchronized @Nullable Read late(long nowNanos) {
        Iterator<Read> oldest = all.iterator();
        if (oldest.hasNext()) {
            Read read = oldest.next();
            if (nowNanos - read.deadlineNanos >= 0) {
                return read;
            }
        }
        scheduled = false;
        schedule();
        return null;
    }

    private final class Deadline extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            for (Read read = late(nowNanos); read != null; read = late(nowNanos)) {
                if (leave(read)) {
                    read.answer.completeExceptionally(
                            unavailable("the archive has not answered in time"));
                }
            }
            beginAll();
        }
    }
}
