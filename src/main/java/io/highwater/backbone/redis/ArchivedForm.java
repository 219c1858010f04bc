package io.highwater.backbone.redis;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The entries of the log in Redis as an archive has them, and back. Thread-safe. */
final class ArchivedForm {
    private final SharedArchive archive;
    private final String origin;

    /**
     * @param origin of all positions
     */
    ArchivedForm(SharedArchive archive, String origin) {
        this.archive = archive;
        this.origin = origin;
    }

    String origin() {
        return origin;
    }

    ShardPosition position(StreamId id) {
        return new ShardPosition(origin, id.generation(), id.sequence());
    }

    static StreamId id(ShardPosition position) {
        return new StreamId(position.generation(), position.sequence());
    }

    static Stored stored(ArchivedEntry archived) {
        Entry entry = archived.entry();
        return new Stored(
                StreamId.of(entry.position()),
                archived.wallMillis(),
                entry.channel(),
                entry.position().channelSequence(),
                entry.msgId(),
                archived.publisher(),
                entry.secret(),
                entry.key(),
                entry.data());
    }

    /**
     * Entries of one generation, each of a channel's first ones with its {@code previous} position,
     * for which the archive is asked: it has all that was before.
     */
    CompletionStage<List<ArchivedEntry>> archived(List<Stored> entries) {
        Map<Stored, CompletableFuture<@Nullable Cursor>> asked = new IdentityHashMap<>();
        for (Stored entry : entries) {
            if (entry.channelSequence() == 1) {
                asked.put(entry, archive.tops(entry.channel()).toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(
                        answered -> {
                            List<ArchivedEntry> all = new ArrayList<>(entries.size());
                            for (Stored entry : entries) {
                                CompletableFuture<@Nullable Cursor> top = asked.get(entry);
                                all.add(archived(entry, top == null ? null : top.join()));
                            }
                            return all;
                        });
    }

    private ArchivedEntry archived(Stored stored, @Nullable Cursor top) {
        Position position =
                new Position(
                        origin,
                        stored.id().generation(),
                        stored.id().sequence(),
                        stored.channelSequence());
        Position last = top == null ? null : top.at(origin);
        boolean isPrevious =
                last != null
                        && last.channelSequence() > 0
                        && last.generation() < position.generation();
        return new ArchivedEntry(
                new Entry(
                        stored.channel(),
                        position,
                        isPrevious ? last : null,
                        stored.msgId(),
                        stored.key(),
                        stored.secret(),
                        stored.data(),
                        0,
                        false,
                        PublisherName.ifSubject(stored.publisher())),
                stored.publisher(),
                stored.wallMillis());
    }
}
