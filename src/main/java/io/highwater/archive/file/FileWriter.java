package io.highwater.archive.file;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands one shard's entries over to the thread that writes. One call at a time. */
final class FileWriter implements ArchiveWriter {
    /** Each takes at most 3 bytes, and a row has 65,535 for a text. */
    private static final int MAX_TEXT = 20_000;

    private final ShardState shard;
    private final WorkQueue queue;
    private final Executor completing;
    private final Consumer<FileWriter> giveBack;

    private volatile boolean closed;

    /** The stage of the last call. */
    private volatile CompletableFuture<@Nullable Void> tail =
            CompletableFuture.completedFuture(null);

    /** Of the last call that found no place in the queue. */
    private volatile CompletableFuture<@Nullable Void> refused = tail;

    /**
     * @param completing completes all stages, one after the other
     * @param giveBack gives the lease back; may run more than once
     */
    FileWriter(
            ShardState shard, WorkQueue queue, Executor completing, Consumer<FileWriter> giveBack) {
        this.shard = shard;
        this.queue = queue;
        this.completing = completing;
        this.giveBack = giveBack;
    }

    @Override
    public @Nullable ShardPosition watermark() {
        return shard.archived();
    }

    @Override
    public CompletionStage<@Nullable Void> begin(ShardPosition base) {
        requireOrigin(base.origin());
        return handOver(Work.begin(shard, base));
    }

    @Override
    public CompletionStage<@Nullable Void> append(List<ArchivedEntry> entries) {
        List<ArchivedEntry> copy = List.copyOf(entries);
        for (ArchivedEntry entry : copy) {
            requireOrigin(entry.entry().position().origin());
            requireShortTexts(entry);
        }
        return handOver(Work.append(shard, copy));
    }

    private void requireOrigin(String origin) {
        if (!origin.equals(shard.origin())) {
            throw new IllegalArgumentException(
                    "this writer is for the origin " + shard.origin() + ", not " + origin);
        }
    }

    private static void requireShortTexts(ArchivedEntry archived) {
        Entry entry = archived.entry();
        String key = entry.key();
        int longest =
                Math.max(
                        Math.max(entry.channel().length(), archived.publisher().length()),
                        Math.max(entry.msgId().length(), key == null ? 0 : key.length()));
        if (longest > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "a text of an archived entry has at most "
                            + MAX_TEXT
                            + " characters, not "
                            + longest);
        }
    }

    private CompletionStage<@Nullable Void> handOver(Work work) {
        if (closed) {
            return refuse(new UnavailableException("the writer is closed", Duration.ZERO));
        }
        if (!refused.isDone()) {
            // The caller cannot know yet that the call before was refused.
            return refuse(
                    new UnavailableException("a call before was refused", WorkQueue.RETRY_AFTER));
        }
        UnavailableException noPlace = queue.offer(work);
        if (noPlace != null) {
            return refuse(noPlace);
        }
        tail = work.done();
        return work.done();
    }

    /** Fails the call, after all calls before it are complete. */
    private CompletionStage<@Nullable Void> refuse(UnavailableException why) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> before = tail;
        tail = done;
        refused = done;
        if (before.isDone()) {
            done.completeExceptionally(why);
        } else {
            // On the thread that completes the one before, after all that waits for that one.
            CompletableFuture<@Nullable Void> unused =
                    before.whenCompleteAsync(
                            (none, failure) -> done.completeExceptionally(why), completing);
        }
        return done;
    }

    @Override
    public void close() {
        closed = true;
        try {
            tail.get(ArchiveThreads.END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The caller has the stage; what is still under way is written before the lease of
            // another writer takes effect, since both use the same queue.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        giveBack.accept(this);
    }
}
