package io.highwater.channel;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the log and the commands for a shard, in order. The thread that puts an item into
 * an idle mailbox has the executor run the shard. Thread-safe, except {@link #poll}, which only the
 * pass may call.
 */
final class Mailbox {
    private static final int CHUNK = 256;

    private enum Run {
        /** No thread works on this shard, and none is about to. */
        IDLE,

        /** The thread that set this state handed the shard to the executor. */
        HANDED,

        /** One thread works on the shard and owns all state confined to it. */
        RUNNING
    }

    /** Charged only while it waits, since what it makes when it runs may need that room. */
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
     * @param pass takes a bounded number of items by {@link #poll}; only one pass runs at a time
     */
    Mailbox(Executor executor, Book names, Failures failures, Runnable pass) {
        this.executor = executor;
        this.names = names;
        this.failures = failures;
        this.pass = pass;
    }

    /**
     * Puts a client's command, which is charged until it runs. False if there is no room for it;
     * then those that filled the account may have to make some, so no lock may be held.
     *
     * @param payer the address that asks; null for none
     */
    boolean tryPut(@Nullable Payer payer, long bytes, Runnable command) {
        boolean admitted = names.admits(payer, bytes);
        if (admitted) {
            put(payer, bytes, command);
        } else if (payer != null) {
            names.settleFull(payer);
        }
        return admitted;
    }

    /** The same, never refused: for a command that frees more than it takes. */
    void put(@Nullable Payer payer, long bytes, Runnable command) {
        names.add(payer, bytes);
        try {
            put(new Charged(names, payer, bytes, command));
        } catch (RuntimeException | Error e) {
            // Out of memory: the command is not in the mailbox.
            names.add(payer, -bytes);
            throw e;
        }
    }

    /** If it throws, the item is not in the mailbox. */
    void put(Object item) {
        items.offer(item);
        if (run.compareAndSet(Run.IDLE, Run.HANDED)) {
            try {
                executor.execute(this::run);
            } catch (RuntimeException | Error e) {
                // The items stay in the mailbox until the next item finds a thread. Or the executor
                // accepted the task although it threw: that task then finds the shard IDLE. If
                // there are two tasks, one of them gets the shard.
                run.compareAndSet(Run.HANDED, Run.IDLE);
                failures.onFailure("The thread", HubShard.ALL, e);
            }
        }
    }

    /** Catches every failure, so that the next item finds the shard able to run. */
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
