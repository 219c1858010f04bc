package io.highwater.backbone.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Position;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.RingBounds;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A local log whose time is moved by hand. Confined to its test. */
final class LocalFixture {
    static final long GENERATION = 1_795_301_843_554L;

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final LocalBackbone backbone;

    private int messages;

    LocalFixture(RingBounds bounds) {
        this(4, 64 << 20, 16 << 20, name -> bounds);
    }

    LocalFixture(
            int shards, long ringBytes, long idempotencyBytes, Function<String, RingBounds> rings) {
        backbone =
                new LocalBackbone(
                        new LocalSettings(shards, ringBytes, idempotencyBytes, rings),
                        GENERATION,
                        ticker,
                        wheel);
    }

    Position append(String channel) {
        return append(channel, "m" + messages++, "1").position();
    }

    Appended append(String channel, String msgId, String data) {
        return backbone.append(new Draft(channel, "p", msgId, null, false, data.getBytes(UTF_8)))
                .toCompletableFuture()
                .join();
    }

    ReadResult read(String channel, @Nullable Position after) {
        return backbone.readAfter(channel, after, Integer.MAX_VALUE).toCompletableFuture().join();
    }

    List<Long> kept(String channel) {
        return ((Slice) read(channel, null))
                .entries().stream().map(Entry::position).map(Position::channelSequence).toList();
    }

    void advance(Duration by) {
        ticker.advance(by, wheel);
    }
}
