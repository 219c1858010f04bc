package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One read of the log for those who asked the same between two turns of a channel, and what they
 * share of its answer: a herd that comes back costs one read and one frame an entry. Confined to
 * the shard's thread, but for {@link #read}.
 */
final class Catchup<F> {
    /** May complete on any thread. */
    final CompletableFuture<ReadResult> read;

    private final Since since;
    private final Function<Entry, Publication<F>> publish;

    private @Nullable Turn<F> turn;

    /**
     * @param publish makes what an entry is to be handed out as
     */
    Catchup(
            CompletableFuture<ReadResult> read,
            Since since,
            Function<Entry, Publication<F>> publish) {
        this.read = read;
        this.since = since;
        this.publish = publish;
    }

    TurnKind kind() {
        return since instanceof Since.Latest ? TurnKind.SNAPSHOT : TurnKind.RECOVERED;
    }

    /** Why what was asked for cannot be had; null where it can. */
    SubscribeOutcome.@Nullable Reason refusal(ReadResult result) {
        if (result instanceof Unreadable unreadable) {
            return SubscribeOutcome.Reason.valueOf(unreadable.reason().name());
        } else if (!(since instanceof Since.After after)) {
            return null;
        } else if (after.cursor().size() > 1) {
            // A log has one origin; what the others have is nothing that it could tell.
            return SubscribeOutcome.Reason.UNKNOWN_GENERATION;
        } else {
            return ((Slice) result).complete() ? null : SubscribeOutcome.Reason.LIMIT;
        }
    }

    /** What was asked for, or null where that is nothing. */
    @Nullable Turn<F> turn(String channel, ReadResult result) {
        if (turn == null && !(since instanceof Since.Live) && result instanceof Slice slice) {
            List<Entry> entries = slice.entries();
            if (since instanceof Since.Latest) {
                entries = newestOfEachKey(entries);
            }
            if (!entries.isEmpty()) {
                turn = new Turn<>(channel, entries.stream().map(publish).toList());
            }
        }
        return turn;
    }

    /** Entries without a key count as of one key: where no key is used, that is the channel's. */
    private static List<Entry> newestOfEachKey(List<Entry> entries) {
        Map<@Nullable String, Integer> newest = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            newest.put(entries.get(i).key(), i);
        }
        List<Entry> found = new ArrayList<>(newest.size());
        newest.values().stream()
                .sorted(Comparator.naturalOrder())
                .forEach(at -> found.add(entries.get(at)));
        return found;
    }
}
