package io.highwater.backbone.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A local log whose time is moved by hand. Confined to its test. */
final class LocalFixture {
    static final long GENERATION = 1_795_301_843_554L;

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final Ledger ledger;
    final LocalBackbone backbone;

    private int messages;

    LocalFixture(RingBounds bounds) {
        this(4, Map.of(), name -> bounds);
    }

    /**
     * @param mostBytes of the accounts that are bounded
     */
    LocalFixture(int shards, Map<Account, Long> mostBytes, Function<String, RingBounds> rings) {
        ledger = Ledgers.of(mostBytes, ticker);
        backbone =
                new LocalBackbone(
                        new MemorySettings(shards, ledger, rings, LogLimit.none()),
                        GENERATION,
                        ticker,
                        wheel);
    }

    Payer payer(String address) {
        return Ledgers.payer(ledger, address);
    }

    Position append(String channel, Payer payer) {
        return append(channel, "m" + messages++, "1", payer).position();
    }

    Appended append(String channel, String msgId, String data, Payer payer) {
        return tryAppend(channel, msgId, data, payer).join();
    }

    CompletableFuture<Appended> tryAppend(String channel, String msgId, String data, Payer payer) {
        byte[] bytes = data.getBytes(UTF_8);
        return backbone.append(new Draft(channel, "p", msgId, null, false, bytes, payer))
                .toCompletableFuture();
    }

    Position append(String channel) {
        return append(channel, "m" + messages++, "1").position();
    }

    Appended append(String channel, String msgId, String data) {
        return backbone.append(new Draft(channel, "p", msgId, null, false, data.getBytes(UTF_8)))
                .toCompletableFuture()
                .join();
    }

    ReadResult read(String channel, @Nullable Cursor after) {
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
