package io.highwater.backbone.archived;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.MemoryArchive;
import io.highwater.testing.RecordingArchiveObserver;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A log with an archive in memory; a test moves time, and kills its node. Confined to its test. */
final class ArchivedFixture {
    static final long FIRST_MILLIS = 1_795_301_843_554L;

    final FakeTicker ticker = new FakeTicker();
    final RecordingArchiveObserver observer = new RecordingArchiveObserver();
    final Disk disk = new Disk();
    final Ledger ledger;
    final RingBounds ring;

    /** What the wall clock is ahead of the ticker. */
    long clockAheadMillis;

    TimerWheel wheel;
    MemoryArchive archive;
    ArchivedBackbone backbone;

    ArchivedFixture() {
        this(Map.of(), new RingBounds(1_000, Duration.ofMinutes(2)));
    }

    /**
     * @param mostBytes of the accounts that are bounded
     */
    ArchivedFixture(Map<Account, Long> mostBytes, RingBounds ring) {
        ledger = Ledgers.of(mostBytes, ticker);
        this.ring = ring;
        wheel = new TimerWheel(ticker.nanoTime());
        archive = new MemoryArchive(disk);
        backbone = open();
    }

    private ArchivedBackbone open() {
        ArchivedBackbone opened =
                new ArchivedBackbone(
                        new MemorySettings(2, ledger, name -> ring, LogLimit.none()),
                        archive,
                        observer,
                        ticker,
                        this::millis,
                        wheel);
        opened.start().toCompletableFuture().join();
        return opened;
    }

    long millis() {
        return FIRST_MILLIS + clockAheadMillis + ticker.nanoTime() / 1_000_000;
    }

    /** The node is killed, and started again a second later. */
    void restart() {
        archive.kill();
        backbone.close();
        ticker.advance(Duration.ofSeconds(1));
        wheel = new TimerWheel(ticker.nanoTime());
        archive = new MemoryArchive(disk);
        backbone = open();
    }

    void advance(Duration by) {
        ticker.advance(by, wheel);
    }

    CompletableFuture<Appended> append(String channel, String msgId) {
        return append(channel, "p", msgId, null);
    }

    CompletableFuture<Appended> append(
            String channel, String publisher, String msgId, @Nullable Payer payer) {
        byte[] data = ("\"" + msgId + "\"").getBytes(UTF_8);
        return backbone.append(new Draft(channel, publisher, msgId, null, false, data, payer))
                .toCompletableFuture();
    }

    /** The position of a message that is archived at once. */
    Position position(String channel, String msgId) {
        CompletableFuture<Appended> appended = append(channel, msgId);
        assertThat(appended).isCompleted();
        return appended.join().position();
    }

    ReadResult read(String channel, @Nullable Cursor after, int limit) {
        CompletableFuture<ReadResult> read =
                backbone.readAfter(channel, after, limit).toCompletableFuture();
        assertThat(read).isCompleted();
        return read.join();
    }

    /** The msgIds of what follows. */
    List<String> after(String channel, @Nullable Cursor after) {
        Slice slice = (Slice) read(channel, after, 1_000);
        assertThat(slice.complete()).isTrue();
        return msgIds(slice);
    }

    ReadResult.Reason refusal(String channel, Cursor after) {
        return ((Unreadable) read(channel, after, 1_000)).reason();
    }

    Position top(String channel) {
        return (Position) read(channel, null, 0).top();
    }

    static List<String> msgIds(Slice slice) {
        return slice.entries().stream().map(Entry::msgId).toList();
    }

    Recorder follow(String channel) {
        Recorder recorder = new Recorder();
        assertThat(backbone.follow(channel, recorder, null)).isTrue();
        return recorder;
    }

    /** Confined to its test. */
    static final class Recorder implements BackboneListener {
        final List<Entry> entries = new ArrayList<>();

        @Override
        public void onEntry(Entry entry) {
            entries.add(entry);
        }

        @Override
        public void onGap(String channel, Position from, Position to) {
            throw new AssertionError("a gap of " + channel);
        }

        List<String> msgIds() {
            return entries.stream().map(Entry::msgId).toList();
        }
    }
}
