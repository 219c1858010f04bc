package io.highwater.backbone.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop whose time is moved by hand. Confined to its test. */
final class ManualLoop implements ShardLoop {
    private record Later(Runnable task, long nanos, long number) {}

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(
                    Comparator.comparingLong(Later::nanos).thenComparingLong(Later::number));
    private long nanos = 1_000_000_007L;
    private long number;

    @Override
    public boolean tryExecute(Runnable task) {
        tasks.add(task);
        return true;
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
        later.add(new Later(task, nanos + delay.toNanos(), number++));
    }

    @Override
    public long nowNanos() {
        return nanos;
    }

    /** Runs what is there, and what that brings. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Runs everything up to a time from now, each at its time. */
    void advance(Duration by) {
        run();
        long end = nanos + by.toNanos();
        for (Later next = later.peek(); next != null && next.nanos <= end; next = later.peek()) {
            later.remove();
            nanos = Math.max(nanos, next.nanos);
            next.task.run();
            run();
        }
        nanos = end;
    }
}
