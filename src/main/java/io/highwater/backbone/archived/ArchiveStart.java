package io.highwater.backbone.archived;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveWriter;
import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.ShardPosition;
import io.highwater.time.WallClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Opens the archive for all shards, and begins one new generation in all of them. Immutable. */
final class ArchiveStart {
    private final Archive archive;
    private final List<ArchivedShard> shards;
    private final WallClock clock;

    ArchiveStart(Archive archive, List<ArchivedShard> shards, WallClock clock) {
        this.archive = archive;
        this.shards = shards;
        this.clock = clock;
    }

    CompletableFuture<@Nullable Void> run() {
        CompletableFuture<@Nullable Void> started = new CompletableFuture<>();
        var unused =
                archive.start()
                        .thenCompose(open -> writers())
                        .thenCompose(this::begin)
                        .whenComplete(
                                (done, failure) -> {
                                    if (failure == null) {
                                        started.complete(null);
                                    } else {
                                        started.completeExceptionally(startException(failure));
                                    }
                                });
        return started;
    }

    private CompletionStage<List<ArchiveWriter>> writers() {
        List<CompletableFuture<ArchiveWriter>> opening = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            opening.add(archive.writer(ArchivedBackbone.ORIGIN, i).toCompletableFuture());
        }
        return CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .thenApply(done -> opening.stream().map(CompletableFuture::join).toList());
    }

    /** The generation is above all earlier ones, even if the clock was set back. */
    private CompletionStage<@Nullable Void> begin(List<ArchiveWriter> writers) {
        long generation = clock.millis();
        for (ArchiveWriter writer : writers) {
            ShardPosition last = writer.watermark();
            if (last != null) {
                generation = Math.max(generation, last.generation() + 1);
            }
        }
        List<CompletableFuture<@Nullable Void>> beginning = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            beginning.add(begin(shards.get(i), writers.get(i), generation));
        }
        return CompletableFuture.allOf(beginning.toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<@Nullable Void> begin(
            ArchivedShard shard, ArchiveWriter writer, long generation) {
        boolean isNew = writer.watermark() == null;
        return writer.begin(new ShardPosition(ArchivedBackbone.ORIGIN, generation, 0))
                .thenRun(() -> shard.start(writer, generation, isNew))
                .toCompletableFuture();
    }

    private static BackboneStartException startException(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return cause instanceof BackboneStartException known
                ? known
                : new BackboneStartException(
                        "the archive cannot be opened: " + cause.getMessage(), cause);
    }
}
