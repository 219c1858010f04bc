package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.backbone.redis.OpenReply.Opened;
import io.highwater.backbone.redis.OpenReply.Unusable;
import io.highwater.backbone.redis.PublishReply.Fenced;
import io.highwater.backbone.redis.PublishReply.Result;
import io.highwater.backbone.redis.PublishReply.Taken;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.protocol.Position;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a shard asks of Redis, except the reads of its reader. Thread-safe. */
final class ShardCalls implements PublishCalls {
    private final ShardKeys keys;
    private final Link link;
    private final Link pages;
    private final Scripts scripts;
    private final StreamBounds bounds;
    private final Duration timeout;
    private final String origin;

    /**
     * @param pages reads the stream: such answers are long, and messages must not wait behind them
     * @param origin of all positions
     */
    ShardCalls(
            ShardKeys keys,
            Link link,
            Link pages,
            Scripts scripts,
            StreamBounds bounds,
            Duration timeout,
            String origin) {
        this.keys = keys;
        this.link = link;
        this.pages = pages;
        this.scripts = scripts;
        this.bounds = bounds;
        this.timeout = timeout;
        this.origin = origin;
    }

    ShardKeys keys() {
        return keys;
    }

    /** Of all positions. */
    String origin() {
        return origin;
    }

    /** The Redis that is called may be the primary no more. */
    void findPrimary() {
        link.renew("there may be another primary");
        pages.renew("there may be another primary");
    }

    /**
     * Checks the shard, and begins a new generation if Redis may have lost entries.
     *
     * @param read up to where the node has read the log; {@link StreamId#NONE} if it has not
     */
    CompletionStage<OpenReply> open(StreamId read) {
        byte[][] args = {
            bytes(read.generation()),
            bytes(read.sequence()),
            bytes(StreamFormat.FORMAT),
            bytes(ShardKeys.SHARDS)
        };
        return link.call(
                timeout,
                redis ->
                        scripts.open()
                                .call(redis, keys.shared(), args)
                                .thenApply(ShardCalls::opened));
    }

    private static OpenReply opened(List<Object> answer) {
        return switch (LuaScript.text(answer.get(0))) {
            case "open" ->
                    new Opened(
                            new StreamId(number(answer.get(1)), number(answer.get(2))),
                            number(answer.get(3)));
            case "replica" -> throw new RedisReadOnlyException("READONLY it is a replica");
            case "type" ->
                    new Unusable(
                            "its key "
                                    + LuaScript.text(answer.get(1))
                                    + " has the type "
                                    + LuaScript.text(answer.get(2))
                                    + ", so it is not ours; choose another highwater.redis.prefix,"
                                    + " or delete the key");
            case "format" ->
                    new Unusable(
                            "a newer version of this server wrote its data: format "
                                    + LuaScript.text(answer.get(1))
                                    + ", this version reads up to "
                                    + StreamFormat.FORMAT);
            case "shards" ->
                    new Unusable(
                            "its data has "
                                    + LuaScript.text(answer.get(1))
                                    + " shards, this version has "
                                    + ShardKeys.SHARDS);
            default -> throw unexpected(answer);
        };
    }

    @Override
    public CompletionStage<PublishReply> publish(
            StreamId read, List<Waiting> messages, List<Boolean> mayOpen) {
        List<String> names = new ArrayList<>(keys.shared());
        List<byte[]> args = new ArrayList<>();
        args.add(bytes(read.generation()));
        args.add(bytes(read.sequence()));
        args.add(bytes(bounds.entries()));
        args.add(bytes(bounds.remembered().toMillis()));
        args.add(bytes(bounds.channels()));
        args.add(bytes(bounds.generation().toMillis()));
        StringBuilder open = new StringBuilder(messages.size());
        mayOpen.forEach(may -> open.append(may ? '1' : '0'));
        args.add(open.toString().getBytes(UTF_8));
        for (Waiting message : messages) {
            names.add(message.remembered);
            args.add(message.draft.channel().getBytes(UTF_8));
            args.add(message.draft.msgId().getBytes(UTF_8));
            args.add(message.draft.publisher().getBytes(UTF_8));
            args.add(StreamFormat.flags(message.draft.secret()).getBytes(UTF_8));
            String key = message.draft.key();
            args.add(key == null ? new byte[0] : key.getBytes(UTF_8));
            args.add(message.draft.data());
        }
        byte[][] values = args.toArray(byte[][]::new);
        return link.call(timeout, redis -> scripts.publish().call(redis, names, values))
                .thenApply(answer -> published(answer, messages.size()));
    }

    private PublishReply published(List<Object> answer, int messages) {
        String kind = LuaScript.text(answer.get(0));
        if (kind.equals("fenced")) {
            return new Fenced(number(answer.get(1)));
        }
        if (!kind.equals("appended") || answer.size() != messages + 2) {
            throw unexpected(answer);
        }
        String channels = LuaScript.text(answer.get(1));
        List<Result> results = new ArrayList<>(messages);
        for (Object each : answer.subList(2, answer.size())) {
            String text = LuaScript.text(each);
            boolean duplicate = text.startsWith("=");
            results.add(
                    text.isEmpty()
                            ? new Result(null, false)
                            : new Result(
                                    Position.parse(origin, duplicate ? text.substring(1) : text),
                                    duplicate));
        }
        return channels.isEmpty()
                ? new Taken(results)
                : new Taken(results, Long.parseLong(channels));
    }

    /**
     * Where the log is, and the last sequences of channels, at one moment.
     *
     * @param last 0 for a channel that has none in this generation
     */
    record Counters(StreamId top, List<Long> last) {}

    CompletionStage<Counters> counters(List<String> channels) {
        byte[][] args =
                channels.stream().map(channel -> channel.getBytes(UTF_8)).toArray(byte[][]::new);
        return link.call(timeout, redis -> scripts.counters().call(redis, keys.shared(), args))
                .thenApply(ShardCalls::counted);
    }

    private static Counters counted(List<Object> answer) {
        List<Long> last = new ArrayList<>(answer.size());
        for (Object each : answer) {
            last.add(LuaScript.text(each).isEmpty() ? 0 : number(each));
        }
        return new Counters(
                new StreamId(last.get(0), last.get(1)), List.copyOf(last.subList(2, last.size())));
    }

    /** The entries before an id in its generation, and itself; newest first. */
    CompletionStage<List<StreamItem>> upTo(StreamId id, int most) {
        StreamId first = new StreamId(id.generation(), 1);
        return pages.call(
                        timeout,
                        redis ->
                                redis.xrevrange(
                                        keys.log(),
                                        range(Boundary.including(first.text()), id),
                                        Limit.from(most)))
                .thenApply(ShardCalls::items);
    }

    /** The entries after an id, up to and including another; oldest first. */
    CompletionStage<List<StreamItem>> between(StreamId after, StreamId last, int most) {
        return pages.call(
                        timeout,
                        redis ->
                                redis.xrange(
                                        keys.log(),
                                        range(Boundary.excluding(after.text()), last),
                                        Limit.from(most)))
                .thenApply(ShardCalls::items);
    }

    private static Range<String> range(Boundary<String> lower, StreamId last) {
        return Range.from(lower, Boundary.including(last.text()));
    }

    /**
     * Has Redis remember messages that it has forgotten, for the rest of the time that it would
     * have remembered them.
     *
     * @param base of the generation that begins, which is about the time of day
     */
    CompletionStage<@Nullable Void> remember(List<Stored> entries, StreamId base) {
        return link.call(
                timeout,
                redis ->
                        CompletableFuture.allOf(
                                entries.stream()
                                        .map(entry -> remember(redis, entry, base))
                                        .toArray(CompletableFuture[]::new)));
    }

    private CompletableFuture<String> remember(
            RedisClusterAsyncCommands<String, byte[]> redis, Stored entry, StreamId base) {
        long ageMillis = Math.max(0, base.generation() - entry.wallMillis());
        long leftMillis = bounds.remembered().toMillis() - ageMillis;
        if (leftMillis <= 0) {
            return CompletableFuture.completedFuture("");
        }
        String key = keys.remembered(entry.publisher(), entry.channel(), entry.msgId());
        String position = entry.id().text() + "-" + entry.channelSequence();
        return redis.set(key, position.getBytes(UTF_8), SetArgs.Builder.nx().px(leftMillis))
                .toCompletableFuture();
    }

    /** Drops the entries before an id, or a few less. */
    CompletionStage<Long> trimBefore(StreamId id) {
        XTrimArgs args = new XTrimArgs().minId(id.text()).approximateTrimming();
        return link.call(timeout, redis -> redis.xtrim(keys.log(), args));
    }

    static List<StreamItem> items(@Nullable List<StreamMessage<String, byte[]>> messages) {
        if (messages == null) {
            return List.of();
        }
        List<StreamItem> items = new ArrayList<>(messages.size());
        for (StreamMessage<String, byte[]> message : messages) {
            items.add(StreamFormat.read(message.getId(), message.getBody()));
        }
        return items;
    }

    private static RedisException unexpected(List<Object> answer) {
        return new RedisException("a script answered with " + answer.size() + " items");
    }

    private static long number(Object answer) {
        return Long.parseLong(LuaScript.text(answer));
    }

    private static byte[] bytes(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
