package io.highwater.archive.queue;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one writer: hands each over, and has the stages complete in the order of the calls,
 * even of those that find no place. One call at a time, but for {@link #close}.
 */
public final class WriterCalls<W extends Work> {
    private static final int MAX_TEXT = 20_000;

    private final WorkQueue<W> queue;

    private volatile boolean closed;

    /** The stage of the last call. */
    private volatile CompletableFuture<@Nullable Void> tail =
            CompletableFuture.completedFuture(null);

    /** Of the last call that found no place in the queue. */
    private volatile CompletableFuture<@Nullable Void> refused = tail;

    public WriterCalls(WorkQueue<W> queue) {
        this.queue = queue;
    }

    /** Entries that are not of this origin, or have endless texts, are a mistake of the caller. */
    public static void check(List<ArchivedEntry> entries, String origin) {
        for (ArchivedEntry entry : entries) {
            requireOrigin(entry.entry().position().origin(), origin);
            requireShortTexts(entry);
        }
    }

    public static void requireOrigin(String found, String origin) {
        if (!found.equals(origin)) {
            throw new IllegalArgumentException(
                    "this writer is for the origin " + origin + ", not " + found);
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

    public CompletionStage<@Nullable Void> handOver(W work) {
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
    public CompletionStage<@Nullable Void> refuse(Exception why) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> before = tail;
        tail = done;
        refused = done;
        if (before.isDone()) {
            done.completeExceptionally(why);
        } else {
            // On the thread that completes the one before, after all that waits for that one.
            CompletableFuture<@Nullable Void> unused =
                    before.whenComplete(
                            (none, failure) ->
                                    queue.behindStages(() -> done.completeExceptionally(why)));
        }
        return done;
    }

    /** From now on calls fail. */
    public void end() {
        closed = true;
    }

    /** The same; waits, for a bounded time, for those that were made. */
    public void close() {
        end();
        try {
            tail.get(ArchiveThreads.END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The caller has the stage.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
