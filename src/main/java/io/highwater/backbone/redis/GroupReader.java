package io.highwater.backbone.redis;

import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads the streams of some shards on a connection of its own, one read after the other, for as
 * long as the node runs. Confined to the loop, which is that of its shards too.
 *
 * <p>Each read names the last entry that the node has of each stream. A reader that asks for
 * "whatever is new" loses what comes between two reads.
 */
final class GroupReader {
    private static final Logger LOG = LoggerFactory.getLogger(GroupReader.class);

    /**
     * While a shard waits at its barrier, a read is short, so that the shard is read soon after.
     */
    private static final Duration SHORT_BLOCK = Duration.ofMillis(50);

    /** How long to wait before looking again whether the node keeps up. */
    private static final Duration BEHIND_PAUSE = Duration.ofMillis(20);

    private final List<RedisShard> shards;
    private final Map<String, RedisShard> byKey = new HashMap<>();
    private final Link link;
    private final BooleanSupplier behind;
    private final ShardContext context;
    private final ShardLoop loop;
    private final Timing timing;
    private final Backoff backoff;
    private final ReadPace pace = new ReadPace();

    private enum State {
        /** Not started, or no shard can be read now. */
        IDLE,
        /** A read is under way. */
        READING,
        /** The next read waits. */
        PAUSING,
        CLOSED
    }

    private State state = State.IDLE;

    /** Rises with each pause, so that only the last one ends in a read. */
    private int pauses;

    /** When a read was last answered, by the node's Ticker. */
    private volatile long answeredNanos;

    /**
     * @param context of one of the shards
     * @param behind whether the node delivers more slowly than the log brings; then reading waits,
     *     so that what is read stays bounded
     */
    GroupReader(ShardContext context, List<RedisShard> shards, Link link, BooleanSupplier behind) {
        this.context = context;
        this.loop = context.loop();
        this.timing = context.timing();
        this.backoff = context.backoff();
        this.shards = List.copyOf(shards);
        this.link = link;
        this.behind = behind;
        for (RedisShard shard : shards) {
            byKey.put(shard.keys().log(), shard);
            shard.readBy(this::wake, this::renew, this::isCutOff);
        }
    }

    /** Thread-safe; called once. */
    void start() {
        answeredNanos = loop.nowNanos();
        loop.execute(this::wake);
    }

    /** A shard can be read again. */
    void wake() {
        if (state == State.IDLE) {
            read();
        }
    }

    /** There is a connection again: no need to wait longer. */
    void connected() {
        if (state == State.PAUSING) {
            read();
        }
    }

    private boolean renew() {
        if (isBehind()) {
            return false; // It reads on later by itself.
        }
        link.renew("the reader is behind");
        return true;
    }

    private void read() {
        List<RedisShard> asked = new ArrayList<>(shards.size());
        for (RedisShard shard : shards) {
            if (shard.isReadable()) {
                asked.add(shard);
            }
        }
        if (asked.isEmpty()) {
            state = State.IDLE;
            return;
        }
        state = State.READING;
        Duration block = asked.size() == shards.size() ? timing.block() : SHORT_BLOCK;
        XReadArgs args = new XReadArgs().count(pace.count()).block(block);
        var unused =
                Guarded.call(() -> read(asked, args, block.plus(timing.call())))
                        .whenComplete(
                                (messages, failure) ->
                                        loop.execute(
                                                () -> answered(asked.size(), messages, failure)));
    }

    private CompletionStage<List<StreamMessage<String, byte[]>>> read(
            List<RedisShard> asked, XReadArgs args, Duration timeout) {
        return link.call(timeout, redis -> redis.xread(args, offsets(asked)));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // The client takes an array of a generic type.
    private static StreamOffset<String>[] offsets(List<RedisShard> asked) {
        StreamOffset[] offsets = new StreamOffset[asked.size()];
        for (int i = 0; i < offsets.length; i++) {
            RedisShard shard = asked.get(i);
            offsets[i] = StreamOffset.from(shard.keys().log(), shard.position().text());
        }
        return offsets;
    }

    private void answered(
            int streams,
            @Nullable List<StreamMessage<String, byte[]>> messages,
            @Nullable Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        Duration pause = Duration.ZERO;
        try {
            if (failure == null) {
                backoff.succeeded();
                answeredNanos = loop.nowNanos();
                deliver(streams, messages == null ? List.of() : messages);
                pause = isBehind() ? BEHIND_PAUSE : pace.linger();
            } else {
                context.tell(context.observer()::onReadRetry);
                pause = backoff.failed();
            }
        } finally {
            if (pause.isZero()) {
                read();
            } else {
                pause(pause);
            }
        }
    }

    private void pause(Duration pause) {
        state = State.PAUSING;
        int number = ++pauses;
        loop.schedule(() -> goOn(number), pause);
    }

    private void goOn(int pause) {
        if (state != State.PAUSING || pause != pauses) {
            return;
        }
        if (isBehind()) {
            answeredNanos = loop.nowNanos(); // Redis is not to blame.
            pause(BEHIND_PAUSE);
        } else {
            read();
        }
    }

    private boolean isBehind() {
        try {
            return behind.getAsBoolean();
        } catch (RuntimeException | Error e) {
            context.logs().say(LOG, Level.ERROR, "log_task_failed", e);
            return false;
        }
    }

    /** The messages of one stream come together. */
    private void deliver(int streams, List<StreamMessage<String, byte[]>> messages) {
        int most = 0;
        long bytes = 0;
        for (int from = 0; from < messages.size(); ) {
            String key = messages.get(from).getStream();
            int to = from + 1;
            while (to < messages.size() && messages.get(to).getStream().equals(key)) {
                to++;
            }
            List<StreamItem> items = ShardCalls.items(messages.subList(from, to));
            most = Math.max(most, items.size());
            bytes += items.stream().mapToLong(StreamItem::bytes).sum();
            RedisShard shard = byKey.get(key);
            if (shard != null) {
                shard.read(items);
            }
            from = to;
        }
        int entries = messages.size();
        pace.onRead(entries, most, bytes, streams);
        if (entries > 0) {
            context.tell(() -> context.observer().onRead(entries));
        }
    }

    /** Why nothing is read now; null if it is. Thread-safe. */
    @Nullable String trouble() {
        long silent = loop.nowNanos() - answeredNanos;
        if (silent <= timing.block().plus(timing.call()).toNanos()) {
            return null;
        }
        return link.isUp() ? "reads are not answered" : link.trouble();
    }

    /**
     * Whether this node has not heard of its shards for so long that another should archive them.
     */
    private boolean isCutOff() {
        return loop.nowNanos() - answeredNanos > timing.cutOff().toNanos();
    }

    /** Thread-safe. */
    void close() {
        loop.execute(() -> state = State.CLOSED);
    }
}
