package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Payer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * How far this node has read the log of a shard. What comes is handed to the sink, in order and
 * once; what is missing is reported as a gap. Confined to the shard's loop, except {@link #get}.
 */
final class ShardCursor {
    private static final Logger LOG = LoggerFactory.getLogger(ShardCursor.class);

    private final ShardContext context;

    /** Told in this order. */
    private final List<ShardSink> sinks = new ArrayList<>();

    private volatile StreamId position = StreamId.NONE;

    ShardCursor(ShardContext context, ShardSink sink) {
        this.context = context;
        sinks.add(sink);
    }

    /** Called before reading begins. */
    void alsoTell(ShardSink sink) {
        sinks.add(sink);
    }

    /** The last entry that was read. Thread-safe. */
    StreamId get() {
        return position;
    }

    /** Reading begins after this id. Nobody has asked for what is before it, so that is no gap. */
    void begin(StreamId first) {
        position = first;
        tell(sink -> sink.onBegin(first));
    }

    /** The next entry of the generation. */
    void entry(Stored entry, long appendedNanos, @Nullable Payer payer) {
        StreamId id = entry.id();
        if (!id.follows(position)) {
            gap(new StreamId(id.generation(), id.sequence() - 1));
        }
        position = id;
        tell(sink -> sink.onEntry(entry, appendedNanos, payer));
    }

    /** What follows the position, up to and including this id, did not come. */
    void gap(StreamId to) {
        StreamId from = position;
        position = to;
        context.tell(() -> context.observer().onGap(entriesBetween(from, to)));
        tell(sink -> sink.onGap(from, to));
    }

    /** Those of a generation before are not known. */
    private static long entriesBetween(StreamId from, StreamId to) {
        return from.generation() == to.generation()
                ? to.sequence() - from.sequence()
                : Math.max(1, to.sequence());
    }

    void generation(long generation) {
        position = new StreamId(generation, 0);
        tell(sink -> sink.onGeneration(generation));
    }

    /** An entry of a former generation; does not move the position. */
    void late(Stored entry, long nowNanos) {
        tell(sink -> sink.onLate(entry, nowNanos));
    }

    void pause() {
        tell(ShardSink::onPause);
    }

    /** The log goes on, whatever a sink does with one entry. */
    private void tell(Consumer<ShardSink> event) {
        for (ShardSink sink : sinks) {
            try {
                event.accept(sink);
            } catch (RuntimeException | Error e) {
                context.logs()
                        .say(LOG, Level.ERROR, "log_delivery_failed", e, "shard", context.number());
            }
        }
    }
}
