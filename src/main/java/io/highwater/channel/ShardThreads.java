package io.highwater.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/** The threads of a hub's shards, one each. Thread-safe. */
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
     * Ready; a thread starts with its first work.
     *
     * @param named makes a thread for a work and with a name
     */
    public static ShardThreads start(int count, BiFunction<Runnable, String, Thread> named) {
        return new ShardThreads(count, named);
    }

    public List<Executor> executors() {
        return List.copyOf(threads);
    }

    /** Runs what was handed in before, takes no more, and does not wait for the end. */
    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdown);
    }
}
