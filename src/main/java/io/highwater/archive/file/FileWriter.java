package io.highwater.archive.file;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.archive.queue.WriterCalls;
import io.highwater.backbone.ShardPosition;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands one shard's entries over to the thread that writes. One call at a time. */
final class FileWriter implements ArchiveWriter {
    private final ShardState shard;
    private final WriterCalls<FileWork> calls;
    private final Consumer<FileWriter> giveBack;

    /**
     * @param giveBack gives the lease back; may run more than once
     */
    FileWriter(ShardState shard, WorkQueue<FileWork> queue, Consumer<FileWriter> giveBack) {
        this.shard = shard;
        this.calls = new WriterCalls<>(queue);
        this.giveBack = giveBack;
    }

    @Override
    public @Nullable ShardPosition watermark() {
        return shard.archived();
    }

    @Override
    public CompletionStage<@Nullable Void> begin(ShardPosition base) {
        WriterCalls.requireOrigin(base.origin(), shard.origin());
        return calls.handOver(FileWork.begin(shard, base));
    }

    @Override
    public CompletionStage<@Nullable Void> append(List<ArchivedEntry> entries) {
        List<ArchivedEntry> copy = List.copyOf(entries);
        WriterCalls.check(copy, shard.origin());
        return calls.handOver(FileWork.append(shard, copy));
    }

    /**
     * What is still under way is written before the lease of another writer takes effect, since
     * both use the same queue.
     */
    @Override
    public void close() {
        calls.close();
        giveBack.accept(this);
    }
}
