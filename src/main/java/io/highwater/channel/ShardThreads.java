package io.highwater.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/** The threads of a hub's shards, one per shard. Thread-safe. */
public final class ShardThreads implements AutoCloseable {
    private final List<ExecutorService> threads = new ArrayList<>();

    private ShardThreads(int count, BiFunction<Runnable, String, Thread> named) {
        for (int i = 0; i < count; i++) {
            String name = "highwater-channels-" + i;
            threads.add(
                    Executors.newSingleThreadExecutor(
                            work -> {
                                Thread thread = named.apply(work, name);
                                thread.setDaemon(true);
                                return thread;
                            }));
        }
    }

    /**
     * Returns the threads, each of which starts with its first task.
     *
     * @param named makes a thread for a task, with a name
     */
    public static ShardThreads start(int count, BiFunction<Runnable, String, Thread> named) {
        return new ShardThreads(count, named);
    }

    public List<Executor> executors() {
        return List.copyOf(threads);
    }

    /** Takes no new tasks; tasks handed in before still run, and this does not wait for them. */
    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdown);
    }
}
