package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One of the nodes on a Redis. Thread-safe. */
final class BackboneNode implements AutoCloseable {
    private static final long GUARD_SECONDS = 60;

    final Ledger ledger;
    final RedisBackbone backbone;

    BackboneNode(String uri) {
        this(uri, RingBounds.defaults(), StreamBounds.defaults(), Ledger.unbounded());
    }

    BackboneNode(String uri, Timing timing) {
        this(uri, RingBounds.defaults(), StreamBounds.defaults(), Ledger.unbounded(), timing, null);
    }

    BackboneNode(String uri, RingBounds rings, StreamBounds bounds, Ledger ledger) {
        this(uri, rings, bounds, ledger, LogNode.PATIENT, null);
    }

    /** A node whose log is archived. */
    BackboneNode(String uri, RingBounds rings, SharedArchive archive) {
        this(uri, rings, StreamBounds.defaults(), Ledger.unbounded(), LogNode.PATIENT, archive);
    }

    BackboneNode(
            String uri,
            RingBounds rings,
            StreamBounds bounds,
            Ledger ledger,
            Timing timing,
            @Nullable SharedArchive archive) {
        this.ledger = ledger;
        backbone =
                new RedisBackbone(
                        new RedisLog.Parts(
                                RedisAddress.parse(uri),
                                "test",
                                "node of a test",
                                "local",
                                Scripts.load(),
                                timing,
                                bounds,
                                archive,
                                new PendingBytes(ledger.book(Account.RINGS)),
                                new PendingBytes(ledger.book(Account.RINGS)),
                                () -> false,
                                Ticker.system(),
                                RedisObserver.NONE,
                                LogLimit.none()),
                        new MemorySettings(
                                RedisSettings.SHARDS, ledger, name -> rings, LogLimit.none()),
                        WallClock.system(),
                        new TimerWheel(Ticker.system().nanoTime()));
    }

    BackboneNode start() throws Exception {
        get(backbone.start());
        return this;
    }

    Position append(String channel, String msgId) throws Exception {
        return append(channel, msgId, null).position();
    }

    Appended append(String channel, String msgId, @Nullable Payer payer) throws Exception {
        byte[] data = ("\"" + msgId + "\"").getBytes(UTF_8);
        return get(backbone.append(new Draft(channel, "p", msgId, "key", true, data, payer)));
    }

    ReadResult read(String channel, @Nullable Cursor after, int limit) throws Exception {
        return get(backbone.readAfter(channel, after, limit));
    }

    /** What the follower of a channel hears. */
    List<String> follow(String channel) {
        List<String> heard = new CopyOnWriteArrayList<>();
        backbone.follow(
                channel,
                new BackboneListener() {
                    @Override
                    public void onEntry(Entry entry) {
                        heard.add(entry.msgId());
                    }

                    @Override
                    public void onGap(String name, Position from, Position to) {
                        heard.add(
                                "gap from "
                                        + from.channelSequence()
                                        + " to "
                                        + to.channelSequence());
                    }
                },
                null);
        return heard;
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() {
        backbone.close();
    }
}
