package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.Level;
import io.highwater.backbone.redis.PublishReply.Result;
import io.highwater.backbone.redis.PublishReply.Taken;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BarrierTest {
    private final ManualLoop loop = new ManualLoop();
    private final ShardContext context =
            new ShardContext(
                    3,
                    loop,
                    Timing.defaults(),
                    new SplittableRandom(1),
                    RedisObserver.NONE,
                    LogLimit.none());
    private final List<String> told = new ArrayList<>();
    private final List<Stored> archive = new ArrayList<>();
    private final ShardCursor cursor = new ShardCursor(context, new Told());
    private final List<StreamId> sent = new ArrayList<>();
    private CompletableFuture<PublishReply> reply = new CompletableFuture<>();
    private final ShardPublisher publisher =
            new ShardPublisher(
                    context,
                    (read, messages, mayOpen) -> {
                        sent.add(read);
                        reply = new CompletableFuture<>();
                        return reply;
                    },
                    StreamBounds.defaults().channels(),
                    Level.DURABLE,
                    message -> {},
                    () -> {},
                    () -> {});
    private boolean archiveFails;
    private boolean savesFail;

    /** How many of the next calls throw. */
    private int faults;

    private boolean inTime = true;
    private CompletableFuture<@Nullable Void> ended = CompletableFuture.completedFuture(null);
    private final Barrier barrier =
            new Barrier(
                    context, cursor, publisher, new Archive(), () -> false, () -> told.add("open"));

    private void throwIfAsked() {
        if (faults > 0) {
            faults--;
            throw new OutOfMemoryError("thrown by a test");
        }
    }

    private final class Archive implements LostEntries {
        @Override
        public CompletionStage<Boolean> save() {
            throwIfAsked();
            return savesFail
                    ? CompletableFuture.failedFuture(new IOException("thrown by a test"))
                    : CompletableFuture.completedFuture(inTime);
        }

        @Override
        public CompletionStage<@Nullable Void> end(StreamId base, @Nullable StreamId kept) {
            throwIfAsked();
            return ended;
        }

        @Override
        public CompletionStage<List<Stored>> between(StreamId after, StreamId before) {
            throwIfAsked();
            if (archiveFails) {
                return CompletableFuture.failedFuture(new IOException("thrown by a test"));
            }
            return CompletableFuture.completedFuture(
                    archive.stream()
                            .filter(e -> e.id().isAfter(after) && before.isAfter(e.id()))
                            .sorted((a, b) -> a.id().compareTo(b.id()))
                            .limit(2)
                            .toList());
        }
    }

    @BeforeEach
    void begin() {
        cursor.begin(new StreamId(7, 0));
        publisher.open(new StreamId(7, 0));
        entry(7, 1);
        entry(7, 2);
        told.clear();
    }

    private void entry(long generation, long sequence) {
        cursor.entry(stored(generation, sequence), loop.nowNanos(), null);
    }

    @Test
    void nothingOfTheNewGenerationBeginsBeforeASecondHasPassed() {
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofMillis(999));
        assertThat(barrier.isUp()).isTrue();
        assertThat(told).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(barrier.isUp()).isFalse();
        assertThat(told).containsExactly("pause", "generation 8", "open");
        assertThat(cursor.get()).isEqualTo(new StreamId(8, 0));
    }

    @Test
    void whatTheArchiveHasAndRedisLostIsDeliveredBeforeTheNewGeneration() {
        for (int i = 1; i <= 7; i++) {
            archive.add(stored(7, i));
        }
        barrier.raise(8, new StreamId(7, 1));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told)
                .containsExactly(
                        "7-3", "7-4", "7-5", "7-6", "7-7", "pause", "generation 8", "open");
    }

    @Test
    void whatSurvivedButDidNotComeIsAGap() {
        barrier.raise(8, new StreamId(7, 5));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("gap 7-2 to 7-5", "pause", "generation 8", "open");
    }

    @Test
    void afterTwoFailoversTheGenerationBetweenIsDeliveredToo() {
        archive.add(stored(7, 3));
        archive.add(stored(8, 1));
        archive.add(stored(8, 2));
        barrier.raise(9, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told)
                .containsExactly(
                        "7-3", "generation 8", "8-1", "8-2", "pause", "generation 9", "open");
    }

    @Test
    void whatRedisKeptOfAGenerationBeforeTheArchivesNextIsAGap() {
        archive.add(stored(8, 1));
        barrier.raise(9, new StreamId(7, 5));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told)
                .containsExactly(
                        "gap 7-2 to 7-5", "generation 8", "8-1", "pause", "generation 9", "open");
    }

    @Test
    void aGenerationThatThisNodeMissedIsAGapOfUnknownSize() {
        barrier.raise(9, new StreamId(8, 50));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("gap 7-2 to 8-50", "pause", "generation 9", "open");
    }

    /** As after a primary that was isolated, which had begun a generation of its own. */
    @Test
    void soIsWhatARedisKeptOfAGenerationBeforeTheOneThatThisNodeReads() {
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(1));
        told.clear();
        barrier.raise(9, new StreamId(7, 60));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("gap 8-0 to 9-0", "pause", "generation 9", "open");
    }

    @Test
    void soIsTheRestOfAGenerationWhoseEndIsUnknown() {
        barrier.raise(9, null);
        loop.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("gap 7-2 to 9-0", "pause", "generation 9", "open");
        assertThat(cursor.get()).isEqualTo(new StreamId(9, 0));
    }

    @Test
    void thatRedisLostEverythingIsNoGap() {
        barrier.raise(9, StreamId.NONE);
        loop.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("pause", "generation 9", "open");
    }

    @Test
    void whatTheArchiveHasOfTheMissedGenerationsIsNoGap() {
        archive.add(stored(7, 3));
        archive.add(stored(8, 1));
        barrier.raise(9, new StreamId(8, 1));
        loop.advance(Duration.ofSeconds(1));
        assertThat(told)
                .containsExactly("7-3", "generation 8", "8-1", "pause", "generation 9", "open");
    }

    @Test
    void whatThisNodeAppendedAndMayHaveLostWithAMissedGenerationIsSentAgain() {
        Waiting message =
                new Waiting(
                        new Draft("c", "p", "m", null, false, new byte[] {'1'}),
                        "key",
                        0,
                        loop.nowNanos());
        publisher.add(message);
        reply.complete(new Taken(List.of(new Result(new Position("local", 7, 5, 5), false))));
        loop.run();
        barrier.raise(9, new StreamId(8, 50));
        loop.advance(Duration.ofMillis(1_001));
        assertThat(message.answer).isNotDone();
        assertThat(sent).containsExactly(new StreamId(7, 0), new StreamId(9, 0));
    }

    @Test
    void whileTheArchiveCannotBeReadTheGenerationDoesNotBegin() {
        archive.add(stored(7, 3));
        archiveFails = true;
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(20));
        assertThat(barrier.isUp()).isTrue();
        assertThat(told).isEmpty();
        archiveFails = false;
        loop.advance(Duration.ofSeconds(3));
        assertThat(told).containsExactly("7-3", "pause", "generation 8", "open");
    }

    @Test
    void untilWhatThisNodeHasReadIsSavedTheGenerationDoesNotBegin() {
        savesFail = true;
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(20));
        assertThat(barrier.isUp()).isTrue();
        savesFail = false;
        loop.advance(Duration.ofSeconds(3));
        assertThat(told).containsExactly("pause", "generation 8", "open");
    }

    @Test
    void untilTheArchiveHasEndedTheFormerGenerationItIsNotAskedForWhatItHas() {
        ended = new CompletableFuture<>();
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(5));
        assertThat(barrier.isUp()).isTrue();
        archive.add(stored(7, 3));
        ended.complete(null);
        loop.run();
        assertThat(told).containsExactly("7-3", "pause", "generation 8", "open");
    }

    private Waiting readBack() {
        Waiting message =
                new Waiting(
                        new Draft("c", "p", "m7-3", null, false, new byte[] {'1'}),
                        "key",
                        0,
                        loop.nowNanos());
        publisher.add(message);
        Position position = new Position("local", 7, 3, 3);
        reply.complete(new PublishReply.Taken(List.of(new PublishReply.Result(position, false))));
        loop.run();
        entry(7, 3);
        publisher.reached(cursor.get());
        assertThat(message.answer).as("read back, not archived").isNotDone();
        return message;
    }

    @Test
    void whatIsSavedInTimeIsAcknowledged() {
        Waiting message = readBack();
        barrier.raise(8, new StreamId(7, 2));
        loop.run();
        assertThat(message.answer).isCompleted();
        loop.advance(Duration.ofSeconds(1));
        assertThat(sent).containsExactly(new StreamId(7, 0));
    }

    /** Other nodes may have looked into the archive before. */
    @Test
    void whatIsSavedAfterTheArchiveEndedTheGenerationIsSentAgain() {
        Waiting message = readBack();
        inTime = false;
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(1));
        assertThat(message.answer).isNotDone();
        assertThat(sent).containsExactly(new StreamId(7, 0), new StreamId(8, 0));
        publisher.archived(new StreamId(8, 0));
        assertThat(message.answer).isNotDone();
        Position position = new Position("local", 8, 1, 1);
        reply.complete(new PublishReply.Taken(List.of(new PublishReply.Result(position, false))));
        loop.run();
        publisher.reached(new StreamId(8, 1));
        publisher.archived(new StreamId(8, 1));
        assertThat(message.answer).isCompletedWithValueMatching(a -> a.position().equals(position));
    }

    @Test
    void anArchiveThatThrowsIsLikeOneThatFails() {
        archive.add(stored(7, 3));
        faults = 2;
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofMillis(990));
        faults = 2;
        loop.advance(Duration.ofSeconds(10));
        assertThat(told).containsExactly("7-3", "pause", "generation 8", "open");
    }

    @Test
    void whatIsArchivedAfterTheBarrierComesLateAndOnce() {
        barrier.raise(8, new StreamId(7, 2));
        loop.advance(Duration.ofSeconds(1));
        entry(8, 1);
        told.clear();
        archive.add(stored(7, 3));
        loop.advance(Duration.ofSeconds(6));
        archive.add(stored(7, 4));
        archive.add(stored(8, 1));
        loop.advance(Duration.ofMinutes(5));
        assertThat(told).containsExactly("late 7-3", "pause", "late 7-4", "pause");
        assertThat(cursor.get()).isEqualTo(new StreamId(8, 1));
    }

    private static Stored stored(long generation, long sequence) {
        return new Stored(
                new StreamId(generation, sequence),
                1,
                "c",
                sequence,
                "m" + generation + "-" + sequence,
                "p",
                false,
                null,
                "1".getBytes(UTF_8));
    }

    private final class Told implements ShardSink {
        @Override
        public void onBegin(StreamId first) {}

        @Override
        public void onEntry(Stored entry, long appendedNanos, @Nullable Payer payer) {
            told.add(entry.id().text());
        }

        @Override
        public void onLate(Stored entry, long nowNanos) {
            told.add("late " + entry.id().text());
        }

        @Override
        public void onGap(StreamId from, StreamId to) {
            told.add("gap " + from.text() + " to " + to.text());
        }

        @Override
        public void onGeneration(long generation) {
            told.add("generation " + generation);
        }

        @Override
        public void onPause() {
            told.add("pause");
        }
    }
}
