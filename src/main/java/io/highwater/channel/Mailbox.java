package io.highwater.channel;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the channels of a shard, in order: entries of the log, and commands. Whoever puts
 * something into the empty mailbox has the executor run the shard. Thread-safe, but for {@link
 * #poll}, which is the pass's.
 */
final class Mailbox {
    private static final int CHUNK = 256;

    private enum Run {
        /** Nobody has this shard. */
        IDLE,

        /** The executor has it. Who moved it here handed it over. */
        HANDED,

        /** One thread works on it: what is confined to the shard is that thread's. */
        RUNNING
    }

    /** It is charged while it waits; what it makes when it is run may need that room. */
    private record Charged(Book names, @Nullable Payer payer, long bytes, Runnable command)
            implements Runnable {
        @Override
        public void run() {
            names.add(payer, -bytes);
            command.run();
        }
    }

    private final Executor executor;
    private final Book names;
    private final Failures failures;
    private final Runnable pass;
    private final AtomicReference<Run> run = new AtomicReference<>(Run.IDLE);

    private final MpscUnboundedAtomicArrayQueue<Object> items =
            new MpscUnboundedAtomicArrayQueue<>(CHUNK);

    /**
     * @param names the account of commands that wait
     * @param pass takes items by {@link #poll}, a good many at most; one at a time
     */
    Mailbox(Executor executor, Book names, Failures failures, Runnable pass) {
        this.executor = executor;
        this.names = names;
        this.failures = failures;
        this.pass = pass;
    }

    /**
     * Puts what a client asks for, which is charged until its turn. False where there is no room
     * for it.
     *
     * @param payer who asks; null where it is nobody
     */
    boolean tryPut(@Nullable Payer payer, long bytes, Runnable command) {
        boolean admitted = names.admits(payer, bytes);
        if (admitted) {
            put(payer, bytes, command);
        }
        return admitted;
    }

    /** The same of what lets go more than it takes, so that it is never refused. */
    void put(@Nullable Payer payer, long bytes, Runnable command) {
        names.add(payer, bytes);
        try {
            put(new Charged(names, payer, bytes, command));
        } catch (RuntimeException | Error e) {
            // Without memory it is not in the mailbox.
            names.add(payer, -bytes);
            throw e;
        }
    }

    /** Where it throws, the item is not in the mailbox. */
    void put(Object item) {
        items.offer(item);
        if (run.compareAndSet(Run.IDLE, Run.HANDED)) {
            try {
                executor.execute(this::run);
            } catch (RuntimeException | Error e) {
                // What is in the mailbox goes with the next item, if there is a thread for that.
                // Or the executor has the task all the same, which then finds the shard IDLE. Of
                // two tasks one gets it.
                run.compareAndSet(Run.HANDED, Run.IDLE);
                failures.onFailure("The thread", HubShard.ALL, e);
            }
        }
    }

    /** Whatever is thrown, the next item finds the shard at work. */
    private void run() {
        if (!run.compareAndSet(Run.HANDED, Run.RUNNING)
                && !run.compareAndSet(Run.IDLE, Run.RUNNING)) {
            return;
        }
        do {
            try {
                pass.run();
            } catch (RuntimeException | Error e) {
                failures.onFailure("A pass", HubShard.ALL, e);
            } finally {
                run.set(Run.IDLE);
            }
        } while (!items.isEmpty() && run.compareAndSet(Run.IDLE, Run.RUNNING));
    }

    @Nullable Object poll() {
        return items.poll();
    }
}
