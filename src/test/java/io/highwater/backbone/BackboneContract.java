package io.highwater.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Backbone} keeps to. Rings of 1,000 messages and 2 minutes are assumed. */
public abstract class BackboneContract {
    private static final long GUARD_SECONDS = 60;
    private static final AtomicLong NAMES = new AtomicLong();

    private Backbone backbone;

    /** No other test's, as a log may outlive its test. */
    private String channel;

    /** A new one, or another node of one that lives on. */
    protected abstract Backbone open();

    /** A log that a test takes away from its node for a while. */
    protected interface Breakable {
        Backbone backbone();

        /** From now on appends fail, after a while. */
        void fail() throws Exception;

        /** Appends succeed again, once those have failed that waited. */
        void recover() throws Exception;
    }

    /** Null if appends never fail, except where there is no room. */
    protected @Nullable Breakable breakable() {
        return null;
    }

    @BeforeEach
    void openBackbone() throws Exception {
        backbone = open();
        get(backbone.start());
        channel = "contract." + NAMES.incrementAndGet();
    }

    @AfterEach
    void closeBackbone() throws Exception {
        backbone.close();
    }

    @Test
    void onceItHasStartedItIsAvailable() throws Exception {
        assertThat(backbone.health().state()).isEqualTo(BackboneHealth.State.AVAILABLE);
        backbone.close();
        assertThat(backbone.health().state()).isEqualTo(BackboneHealth.State.CLOSED);
    }

    @Test
    void aPublisherNeedNotWaitForOneAppendBeforeItMakesTheNext() throws Exception {
        int count = 500;
        List<Integer> completed = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            CompletionStage<Appended> append = backbone.append(draft(channel, "p", "m" + i));
            appends.add(
                    append.whenComplete((appended, failure) -> completed.add(number))
                            .toCompletableFuture());
        }
        for (int i = 0; i < count; i++) {
            assertThat(get(appends.get(i)).position().channelSequence()).isEqualTo(i + 1);
        }
        assertThat(completed).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    /** Appends once, and once more as soon as any publisher hears of a failure. Thread-safe. */
    private static final class Publisher {
        private final CompletableFuture<Appended> first;

        /** When it heard that its first message had failed. */
        private final CompletableFuture<Long> learnedNanos = new CompletableFuture<>();

        private final CompletableFuture<Appended> second = new CompletableFuture<>();
        private volatile long secondMadeNanos;

        private Publisher(CompletionStage<Appended> append) {
            first = append.toCompletableFuture();
        }

        private void heard(@Nullable Throwable failure) {
            if (failure == null) {
                learnedNanos.completeExceptionally(new AssertionError("nothing failed"));
            } else {
                learnedNanos.complete(System.nanoTime());
            }
        }

        private void appendAgain(Backbone log, Draft draft) {
            CompletionStage<Appended> append = log.append(draft);
            secondMadeNanos = System.nanoTime();
            append.whenComplete(
                    (appended, failure) -> {
                        if (failure == null) {
                            second.complete(appended);
                        } else {
                            second.completeExceptionally(failure);
                        }
                    });
        }
    }

    @Test
    void ifAnAppendFailsSoDoThoseThatWereMadeBeforeItsPublisherKnew() throws Exception {
        Breakable breakable = breakable();
        if (breakable == null) {
            return;
        }
        try (Backbone log = breakable.backbone()) {
            get(log.start());
            breakable.fail();
            List<Publisher> publishers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                publishers.add(new Publisher(log.append(draft(channel, "p" + i, "first"))));
            }
            AtomicBoolean failed = new AtomicBoolean();
            for (Publisher publisher : publishers) {
                var unused =
                        publisher.first.whenComplete(
                                (appended, failure) -> {
                                    publisher.heard(failure);
                                    if (failed.compareAndSet(false, true)) {
                                        for (int i = 0; i < publishers.size(); i++) {
                                            publishers
                                                    .get(i)
                                                    .appendAgain(
                                                            log, draft(channel, "p" + i, "second"));
                                        }
                                    }
                                });
            }
            for (Publisher publisher : publishers) {
                get(publisher.learnedNanos);
            }
            breakable.recover();
            await().ignoreExceptions()
                    .until(() -> get(log.append(draft(channel, "last", "m"))) != null);
            int early = 0;
            for (Publisher publisher : publishers) {
                await().until(publisher.second::isDone);
                if (publisher.secondMadeNanos - get(publisher.learnedNanos) < 0) {
                    early++;
                    assertThat(publisher.second).isCompletedExceptionally();
                }
            }
            assertThat(early).isPositive();
        }
    }

    @Test
    void whatAListenerCouldNotTakeIsAGapThatTheLogStillHas() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        AtomicReference<Position> gapFrom = new AtomicReference<>();
        backbone.follow(
                channel,
                new BackboneListener() {
                    @Override
                    public void onEntry(Entry entry) {
                        if (entry.msgId().equals("m2")) {
                            throw new IllegalStateException("thrown by a test");
                        }
                        told.add(entry.msgId());
                    }

                    @Override
                    public void onGap(String gapped, Position from, Position to) {
                        gapFrom.set(from);
                        told.add("gap of " + gapped + " to " + to.channelSequence());
                    }
                },
                null);
        append("m1");
        append("m2");
        append("m3");
        assertThat(take(told, 3)).containsExactly("m1", "gap of " + channel + " to 2", "m3");
        assertThat(msgIds(slice(gapFrom.get(), 1))).containsExactly("m2");
    }

    private static List<String> take(BlockingQueue<String> queue, int count) throws Exception {
        List<String> taken = new ArrayList<>();
        while (taken.size() < count) {
            String next = queue.poll(GUARD_SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("after " + taken).isNotNull();
            taken.add(next);
        }
        return taken;
    }

    @Test
    void aChannelsSequenceRisesByOneAndTheShardsRises() throws Exception {
        Position last = append("m0").position();
        assertThat(last.channelSequence()).isEqualTo(1);
        for (int i = 1; i < 10; i++) {
            get(backbone.append(draft(channel + ".other", "p", "m" + i)));
            Position next = append("m" + i).position();
            assertThat(next.origin()).isEqualTo(last.origin());
            assertThat(next.generation()).isEqualTo(last.generation());
            assertThat(next.channelSequence()).isEqualTo(last.channelSequence() + 1);
            assertThat(next.shardSequence()).isGreaterThan(last.shardSequence());
            last = next;
        }
    }

    @Test
    void aFollowerHearsWhatIsAppendedAsItWasPublished() throws Exception {
        Listener listener = new Listener();
        backbone.follow(channel, listener, null);
        byte[] data = "{ \"n\":1.10, \"s\":\"\\u00e9\" }".getBytes(UTF_8);
        Position first =
                get(backbone.append(new Draft(channel, "p", "m1", "EURUSD", true, data)))
                        .position();
        Position second = append("m2").position();
        Entry heard = listener.next();
        assertThat(heard.channel()).isEqualTo(channel);
        assertThat(heard.position()).isEqualTo(first);
        assertThat(heard.previous()).isNull();
        assertThat(heard.msgId()).isEqualTo("m1");
        assertThat(heard.key()).isEqualTo("EURUSD");
        assertThat(heard.secret()).isTrue();
        assertThat(heard.data()).isEqualTo(data);
        Entry next = listener.next();
        assertThat(next.position()).isEqualTo(second);
        assertThat(next.key()).isNull();
        assertThat(next.secret()).isFalse();
    }

    @Test
    void thePublishersSubjectIsHeardAndRead() throws Exception {
        Listener listener = new Listener();
        backbone.follow(channel, listener, null);
        String subject = PublisherName.ofSubject("zoë@example.com");
        get(backbone.append(draft(channel, subject, "m1")));
        get(backbone.append(draft(channel, "zoe", "m2")));
        assertThat(listener.next().publisher()).isEqualTo(subject);
        assertThat(listener.next().publisher()).isNull();
        assertThat(slice(null, 2).entries())
                .extracting(Entry::publisher)
                .containsExactly(subject, null);
    }

    @Test
    void aFollowerHearsNothingOfOtherChannelsNorOfWhatWasThereBefore() throws Exception {
        append("m1");
        Listener listener = new Listener();
        backbone.follow(channel, listener, null);
        get(backbone.append(draft(channel + ".other", "p", "m2")));
        append("m3");
        assertThat(listener.next().msgId()).isEqualTo("m3");
    }

    @Test
    void aSecondFollowerReplacesTheFirst() throws Exception {
        Listener first = new Listener();
        Listener second = new Listener();
        backbone.follow(channel, first, null);
        append("m1");
        assertThat(first.next().msgId()).isEqualTo("m1");
        backbone.follow(channel, second, null);
        append("m2");
        assertThat(second.next().msgId()).isEqualTo("m2");
        assertThat(first.heard).isEmpty();
    }

    @Test
    void afterUnfollowNothingIsHeard() throws Exception {
        Listener listener = new Listener();
        backbone.follow(channel, listener, null);
        append("m1");
        assertThat(listener.next().msgId()).isEqualTo("m1");
        backbone.unfollow(channel);
        append("m2");
        Listener later = new Listener();
        backbone.follow(channel, later, null);
        append("m3");
        assertThat(later.next().msgId()).isEqualTo("m3");
        assertThat(listener.heard).isEmpty();
    }

    @Test
    void unfollowOfAChannelThatNobodyFollowsDoesNothing() throws Exception {
        backbone.unfollow(channel);
        assertThat(append("m1").position().channelSequence()).isEqualTo(1);
    }

    @Test
    void aRepeatIsAnsweredWithTheFirstPositionAndHeardByNobody() throws Exception {
        Listener listener = new Listener();
        backbone.follow(channel, listener, null);
        Appended first = append("m1");
        append("m2");
        Appended repeat = append("m1");
        append("m3");
        assertThat(first.duplicate()).isFalse();
        assertThat(repeat.duplicate()).isTrue();
        assertThat(repeat.position()).isEqualTo(first.position());
        assertThat(repeat.level()).isEqualTo(first.level());
        assertThat(
                        List.of(
                                listener.next().msgId(),
                                listener.next().msgId(),
                                listener.next().msgId()))
                .containsExactly("m1", "m2", "m3");
    }

    @Test
    void theSameMsgIdOfAnotherPublisherOrInAnotherChannelIsNoRepeat() throws Exception {
        append("m1");
        assertThat(get(backbone.append(draft(channel, "q", "m1"))).duplicate()).isFalse();
        assertThat(get(backbone.append(draft(channel + ".other", "p", "m1"))).duplicate())
                .isFalse();
        // No part passes for the end of another.
        assertThat(get(backbone.append(draft(channel, "pm", "1"))).duplicate()).isFalse();
    }

    @Test
    void aChannelThatHadNothingHasAPositionBeforeItsFirst() throws Exception {
        Slice empty = slice(null, 10);
        assertThat(empty.entries()).isEmpty();
        assertThat(empty.complete()).isTrue();
        assertThat(top(empty).channelSequence()).isZero();
        append("m1");
        append("m2");
        assertThat(msgIds(slice(empty.top(), 10))).containsExactly("m1", "m2");
    }

    @Test
    void aReadBringsWhatFollowsThePositionUpToTheLimit() throws Exception {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            positions.add(append("m" + i).position());
        }
        assertThat(msgIds(slice(null, 10))).containsExactly("m0", "m1", "m2", "m3", "m4");
        assertThat(msgIds(slice(positions.get(1), 10))).containsExactly("m2", "m3", "m4");
        Slice part = slice(positions.get(1), 2);
        assertThat(msgIds(part)).containsExactly("m2", "m3");
        assertThat(part.complete()).isFalse();
        assertThat(part.left()).isEqualTo(1);
        assertThat(part.top()).isEqualTo(positions.get(4));
        assertThat(part.entries().get(0).position()).isEqualTo(positions.get(2));
        assertThat(slice(positions.get(1), 3).complete()).isTrue();
        Slice none = slice(positions.get(4), 10);
        assertThat(none.entries()).isEmpty();
        assertThat(none.complete()).isTrue();
        Slice top = slice(null, 0);
        assertThat(top.entries()).isEmpty();
        assertThat(top.complete()).isFalse();
        assertThat(top.top()).isEqualTo(positions.get(4));
        assertThat(slice(positions.get(4), 0).complete()).isTrue();
    }

    @Test
    void aReadBackwardsBringsTheNewestFirstUpToTheLimit() throws Exception {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            positions.add(append("m" + i).position());
        }
        assertThat(msgIds(before(null, 10))).containsExactly("m4", "m3", "m2", "m1", "m0");
        assertThat(before(null, 10).complete()).isTrue();
        Slice part = before(null, 2);
        assertThat(msgIds(part)).containsExactly("m4", "m3");
        assertThat(part.complete()).isFalse();
        assertThat(part.top()).isEqualTo(positions.get(4));
        assertThat(msgIds(before(positions.get(3), 3))).containsExactly("m2", "m1", "m0");
        assertThat(before(positions.get(3), 3).complete()).isTrue();
        assertThat(msgIds(before(positions.get(0), 3))).isEmpty();
        Position top = positions.get(4);
        Position beyond = new Position(top.origin(), top.generation() + 1, 1, 1);
        assertThat(msgIds(before(beyond, 1))).containsExactly("m4");
        assertThat(get(backbone.readBefore(channel, new Position("nowhere", 1, 1, 1), 1, null)))
                .isEqualTo(new Unreadable(Reason.UNKNOWN_GENERATION, top));
        Slice nothing = (Slice) get(backbone.readBefore(channel + ".unknown", null, 10, null));
        assertThat(nothing.entries()).isEmpty();
        assertThat(nothing.complete()).isTrue();
    }

    @Test
    void anInstantLiesBeforeOrAfterWhatWasAppended() throws Exception {
        assertThat(at(Instant.MAX)).isNull();
        append("m1");
        Position last = append("m2").position();
        assertThat(at(Instant.MAX)).isEqualTo(last);
        assertThat(at(Instant.EPOCH)).isNull();
        assertThat(at(Instant.MIN)).isNull();
    }

    private @Nullable Cursor at(Instant instant) throws Exception {
        return get(backbone.at(channel, instant, null));
    }

    @Test
    void whatIsUnknownCannotBeReadAfter() throws Exception {
        Position top = append("m1").position();
        Position beyond =
                new Position(
                        top.origin(),
                        top.generation(),
                        top.shardSequence(),
                        top.channelSequence() + 1);
        assertUnreadable(beyond, Reason.UNKNOWN_POSITION, top);
        Position farBeyond =
                new Position(top.origin(), top.generation(), Long.MAX_VALUE, Long.MAX_VALUE);
        assertUnreadable(farBeyond, Reason.UNKNOWN_POSITION, top);
        assertUnreadable(new Position(top.origin(), 1, 1, 1), Reason.UNKNOWN_GENERATION, top);
        assertUnreadable(
                new Position(top.origin(), top.generation() + 1, 1, 1),
                Reason.UNKNOWN_GENERATION,
                top);
        Position elsewhere = new Position("nowhere", top.generation(), 1, 1);
        assertUnreadable(elsewhere, Reason.UNKNOWN_GENERATION, top);
        assertUnreadable(top.with(elsewhere), Reason.UNKNOWN_GENERATION, top);
    }

    private void assertUnreadable(Cursor after, Reason reason, Position top) throws Exception {
        assertThat(get(backbone.readAfter(channel, after, 10)))
                .isEqualTo(new Unreadable(reason, top));
    }

    @Test
    void whoFollowsAndThenReadsMissesNothing() throws Exception {
        int publishers = 3;
        int each = 2_000;
        Listener listener = new Listener();
        CountDownLatch begun = new CountDownLatch(publishers);
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int p = 0; p < publishers; p++) {
            String publisher = "p" + p;
            done.add(CompletableFuture.runAsync(() -> publishMany(publisher, each, begun)));
        }
        assertThat(begun.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        backbone.follow(channel, listener, null);
        long next = top(slice(null, 0)).channelSequence() + 1;
        CompletableFuture.allOf(done.toArray(CompletableFuture[]::new))
                .get(GUARD_SECONDS, TimeUnit.SECONDS);
        long top = top(slice(null, 0)).channelSequence();
        assertThat(top).isEqualTo((long) publishers * each);
        while (next <= top) {
            Entry entry = listener.next();
            if (entry.position().channelSequence() >= next) {
                assertThat(entry.position().channelSequence()).isEqualTo(next);
                next++;
            }
        }
        assertThat(listener.heard).isEmpty();
    }

    private void publishMany(String publisher, int count, CountDownLatch begun) {
        try {
            long last = 0;
            for (int i = 0; i < count; i++) {
                long sequence =
                        get(backbone.append(draft(channel, publisher, "m" + i)))
                                .position()
                                .channelSequence();
                assertThat(sequence).isGreaterThan(last);
                last = sequence;
                if (i == 100) {
                    begun.countDown();
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void afterCloseAppendsAndReadsFail() throws Exception {
        backbone.close();
        assertThatThrownBy(() -> append("m1"))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> slice(null, 1))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnavailableException.class);
    }

    private Appended append(String msgId) throws Exception {
        return get(backbone.append(draft(channel, "p", msgId)));
    }

    private Slice slice(@Nullable Cursor after, int limit) throws Exception {
        return (Slice) get(backbone.readAfter(channel, after, limit));
    }

    private Slice before(@Nullable Cursor before, int limit) throws Exception {
        return (Slice) get(backbone.readBefore(channel, before, limit, null));
    }

    private static Position top(ReadResult result) {
        return (Position) result.top();
    }

    private static List<String> msgIds(Slice slice) {
        return slice.entries().stream().map(Entry::msgId).toList();
    }

    private static Draft draft(String channel, String publisher, String msgId) {
        return new Draft(channel, publisher, msgId, null, false, "1".getBytes(UTF_8));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    /** Thread-safe. */
    private static final class Listener implements BackboneListener {
        private final BlockingQueue<Entry> heard = new LinkedBlockingQueue<>();

        @Override
        public void onEntry(Entry entry) {
            heard.add(entry);
        }

        @Override
        public void onGap(String channel, Position from, Position to) {
            throw new AssertionError("a gap of " + channel);
        }

        private Entry next() throws InterruptedException {
            Entry entry = heard.poll(GUARD_SECONDS, TimeUnit.SECONDS);
            assertThat(entry).as("an entry within %s s", GUARD_SECONDS).isNotNull();
            return entry;
        }
    }
}
