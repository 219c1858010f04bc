package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Level;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.redis.PublishReply.Fenced;
import io.highwater.backbone.redis.PublishReply.Result;
import io.highwater.backbone.redis.PublishReply.Taken;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ShardPublisherTest {
    private static final long OLD = 7;
    private static final long NEW = 8;

    /** A call under way. */
    private record Call(
            StreamId read, List<Waiting> messages, CompletableFuture<PublishReply> reply) {
        List<String> msgIds() {
            return messages.stream().map(message -> message.draft.msgId()).toList();
        }
    }

    private final ManualLoop loop = new ManualLoop();
    private final List<Call> calls = new ArrayList<>();
    private final List<String> released = new ArrayList<>();
    private final List<String> answered = new ArrayList<>();
    private final ShardPublisher publisher =
            new ShardPublisher(
                    new ShardContext(
                            0,
                            loop,
                            Timing.defaults(),
                            new SplittableRandom(1),
                            RedisObserver.NONE,
                            LogLimit.none()),
                    this::call,
                    StreamBounds.defaults().channels(),
                    Level.LOG,
                    message -> released.add(message.draft.msgId()),
                    () -> {},
                    () -> this.lost++);

    /** How often it did not find the generation that Redis spoke of. */
    private int lost;

    /** Thrown by the next call; null for none. */
    private @Nullable Error fault;

    private CompletableFuture<PublishReply> call(
            StreamId read, List<Waiting> messages, List<Boolean> mayOpen) {
        Error thrown = fault;
        fault = null;
        if (thrown != null) {
            throw thrown;
        }
        Call call = new Call(read, messages, new CompletableFuture<>());
        calls.add(call);
        return call.reply();
    }

    @BeforeEach
    void open() {
        publisher.open(new StreamId(OLD, 0));
    }

    @Test
    void messagesThatWaitForACallGoTogetherSixteenAtMostAndInOrder() {
        List<CompletableFuture<Appended>> answers = addMany(0, 40);
        assertThat(lastCall().msgIds()).containsExactly("m0");
        append(OLD, 1);
        assertThat(lastCall().msgIds()).isEqualTo(names(1, 17));
        append(OLD, 2);
        assertThat(lastCall().msgIds()).isEqualTo(names(17, 33));
        append(OLD, 18);
        assertThat(lastCall().msgIds()).isEqualTo(names(33, 40));
        append(OLD, 34);
        assertThat(calls).as("one call at a time").hasSize(4);
        read(OLD, 40);
        assertThat(answered).isEqualTo(names(0, 40));
        assertThat(answers.get(39).join())
                .isEqualTo(new Appended(position(OLD, 40), Level.LOG, false));
    }

    @Test
    void aCallHasABoundedNumberOfBytes() {
        add("first", "c", 10);
        for (int i = 0; i < 8; i++) {
            add("large" + i, "c", 100 << 10);
        }
        append(OLD, 1);
        assertThat(lastCall().msgIds()).containsExactly("large0", "large1");
    }

    @Test
    void aMessageIsAcknowledgedOnlyOnceItWasReadBack() {
        CompletableFuture<Appended> answer = add("m");
        append(OLD, 5);
        read(OLD, 4);
        assertThat(answer).isNotDone();
        read(OLD, 5);
        assertThat(answer).isCompleted();
        assertThat(released).containsExactly("m");
    }

    @Test
    void aMessageMayBeReadBackBeforeItsCallIsAnswered() {
        CompletableFuture<Appended> answer = add("m");
        read(OLD, 5);
        assertThat(answer).isNotDone();
        append(OLD, 5);
        assertThat(answer).isCompleted();
    }

    @Test
    void aRepeatIsAnsweredWithTheFirstPositionOnceThatWasRead() {
        CompletableFuture<Appended> answer = add("m");
        reply(new Taken(List.of(new Result(position(OLD, 3), true))));
        assertThat(answer).isNotDone();
        read(OLD, 3);
        assertThat(answer.join()).isEqualTo(new Appended(position(OLD, 3), Level.LOG, true));
        CompletableFuture<Appended> older = add("o");
        reply(new Taken(List.of(new Result(position(OLD - 1, 99), true))));
        assertThat(older.join().position()).isEqualTo(position(OLD - 1, 99));
    }

    @Test
    void aCallThatFailedIsRepeatedWithTheSameMessagesAfterAPause() {
        addMany(0, 3);
        fail();
        assertThat(calls).hasSize(1);
        loop.advance(Duration.ofMillis(50));
        assertThat(calls).hasSize(2);
        assertThat(lastCall().msgIds()).containsExactly("m0", "m1", "m2");
        fail();
        loop.advance(Duration.ofMillis(49));
        assertThat(calls).as("the pause grows").hasSize(2);
        loop.advance(Duration.ofMillis(51));
        assertThat(calls).hasSize(3);
        assertThat(publisher.trouble()).isEqualTo("broken");
    }

    @Test
    void aCallThatThrowsIsRepeatedLikeOneThatFailed() {
        fault = new OutOfMemoryError("thrown by a test");
        CompletableFuture<Appended> answer = add("m");
        loop.run();
        assertThat(calls).isEmpty();
        loop.advance(Duration.ofMillis(50));
        append(OLD, 1);
        read(OLD, 1);
        assertThat(answer).isCompleted();
    }

    /** As those that only read do when Redis takes no writes. */
    @Test
    void whileMessagesWaitOtherCallsThatSucceedAreNoSignThatTheirsWould() {
        add("m");
        fail();
        publisher.works();
        assertThat(publisher.trouble()).isEqualTo("broken");
        loop.advance(Duration.ofMillis(100));
        append(OLD, 1);
        assertThat(publisher.trouble()).isNull();
        add("n");
        fail();
        loop.advance(Timing.defaults().give());
        assertThat(publisher.trouble()).isEqualTo("broken");
        fail();
        publisher.works();
        assertThat(publisher.trouble()).as("nothing waits").isNull();
    }

    /** A Redis that others have left is in a generation that no reader finds. */
    @Test
    void afterAFenceRedisIsAskedAgainUntilTheGenerationIsFound() {
        add("m");
        reply(new Fenced(NEW));
        loop.advance(Timing.defaults().call().minusMillis(1));
        assertThat(calls).hasSize(1);
        add("n");
        loop.advance(Duration.ofMillis(1));
        assertThat(lost).isEqualTo(1);
        assertThat(calls).hasSize(2);
        assertThat(lastCall().msgIds()).containsExactly("n");
        reply(new Fenced(NEW));
        publisher.hold(); // The reader has found it, and waits at its barrier.
        loop.advance(Timing.defaults().call().multipliedBy(2));
        assertThat(lost).isEqualTo(1);
        assertThat(calls).hasSize(2);
    }

    @Test
    void aNewConnectionEndsThePause() {
        addMany(0, 2);
        fail();
        publisher.connected();
        loop.run();
        assertThat(lastCall().msgIds()).containsExactly("m0", "m1");
    }

    @Test
    void whatOurOwnRepeatedCallFindsIsNoRepeatOfThePublisher() {
        CompletableFuture<Appended> answer = add("m");
        fail();
        publisher.connected();
        reply(new Taken(List.of(new Result(position(OLD, 1), true))));
        read(OLD, 1);
        assertThat(answer.join().duplicate()).isFalse();
    }

    @Test
    void afterTwoSecondsAMessageFailsAndALaterOneWaitsOn() {
        CompletableFuture<Appended> first = add("m0", "c", 1);
        loop.advance(Duration.ofMillis(1_500));
        CompletableFuture<Appended> other = add("m1", "d", 1);
        loop.advance(Duration.ofMillis(600));
        assertUnavailable(first);
        assertThat(other).isNotDone();
        loop.advance(Duration.ofMillis(1_500));
        assertUnavailable(other);
        assertThat(released).containsExactly("m0", "m1");
    }

    @Test
    void whatFollowsAFailedMessageOfTheSamePublisherInTheSameChannelFailsToo() {
        CompletableFuture<Appended> first = add("m0", "c", 1);
        loop.advance(Duration.ofMillis(1_500));
        CompletableFuture<Appended> second = add("m1", "c", 1);
        CompletableFuture<Appended> other = add("m2", "d", 1);
        loop.advance(Duration.ofMillis(600));
        assertUnavailable(first);
        assertUnavailable(second);
        assertThat(other).isNotDone();
        assertThat(answered).as("in their order").containsExactly("m0", "m1");
    }

    @Test
    void aMessageThatFailedIsNotSentAgainAndItsLateAnswerChangesNothing() {
        CompletableFuture<Appended> first = add("m0", "c", 1);
        loop.advance(Duration.ofMillis(2_100));
        CompletableFuture<Appended> next = add("m1", "c", 1);
        append(OLD, 1);
        assertThat(lastCall().msgIds()).containsExactly("m1");
        append(OLD, 2);
        read(OLD, 2);
        assertUnavailable(first);
        assertThat(next).isCompleted();
    }

    @Test
    void aMessageThatIsAppendedButNotReadBackFailsAfterTwoSecondsToo() {
        CompletableFuture<Appended> answer = add("m");
        append(OLD, 1);
        loop.advance(Duration.ofMillis(2_100));
        assertUnavailable(answer);
    }

    @Test
    void ifThereIsNoRoomForAChannelItsLaterMessagesFailToo() {
        CompletableFuture<Appended> first = add("m0", "c", 1);
        CompletableFuture<Appended> second = add("m1", "c", 1);
        CompletableFuture<Appended> other = add("m2", "d", 1);
        reply(new Taken(List.of(new Result(null, false))));
        assertUnavailable(first);
        assertUnavailable(second);
        assertThat(lastCall().msgIds()).containsExactly("m2");
        assertThat(other).isNotDone();
    }

    /** As an append whose thread loses the processor before the loop has the message. */
    @Test
    void whatWasHandedInBeforeAnEarlierMessageFailedFailsThoughItComesAfterThat() {
        CompletableFuture<Appended> first = add("m0", "c", 1);
        loop.advance(Duration.ofMillis(1_999));
        Waiting second = handedIn("m1", "c", 1);
        Waiting other = handedIn("m2", "d", 1);
        loop.advance(Duration.ofMillis(1));
        assertUnavailable(first);
        loop.advance(Duration.ofNanos(1));
        Waiting third = handedIn("m3", "c", 1);
        publisher.add(second);
        publisher.add(other);
        publisher.add(third);
        assertUnavailable(second.answer);
        assertThat(other.answer).isNotDone();
        assertUnavailable(third.answer);
        loop.advance(Duration.ofNanos(1));
        CompletableFuture<Appended> learned = add("m4", "c", 1);
        append(OLD, 1);
        assertThat(lastCall().msgIds()).containsExactly("m2", "m4");
        assertThat(learned).isNotDone();
        assertThat(answered).containsExactly("m0", "m1", "m3");
    }

    @Test
    void theSameHoldsIfThereWasNoRoomForTheChannel() {
        CompletableFuture<Appended> first = add("m0", "c", 1);
        Waiting second = handedIn("m1", "c", 1);
        loop.advance(Duration.ofMillis(1));
        reply(new Taken(List.of(new Result(null, false))));
        assertUnavailable(first);
        publisher.add(second);
        assertUnavailable(second.answer);
        assertThat(calls).hasSize(1);
    }

    @Test
    void whatFollowsANewerGenerationIsNotAppendedToThisOneNorIsWhatComesAfterIt() {
        CompletableFuture<Appended> before = add("m0", "c", 1);
        CompletableFuture<Appended> first = addAfter("m1", NEW);
        CompletableFuture<Appended> second = add("m2", "c", 1);
        CompletableFuture<Appended> other = add("m3", "d", 1);
        append(OLD, 1);
        assertUnavailable(first);
        assertUnavailable(second);
        assertThat(lastCall().msgIds()).containsExactly("m3");
        append(OLD, 2);
        read(OLD, 2);
        assertThat(before).isCompleted();
        assertThat(other).isCompleted();
    }

    @Test
    void atTheBarrierItWaitsForTheNewerGeneration() {
        publisher.hold();
        CompletableFuture<Appended> answer = addAfter("m", NEW);
        assertThat(answer).isNotDone();
        publisher.open(new StreamId(NEW, 0));
        append(NEW, 1);
        read(NEW, 1);
        assertThat(answer.join().position()).isEqualTo(position(NEW, 1));
    }

    private CompletableFuture<Appended> addAfter(String msgId, long generation) {
        Waiting message = handedIn(msgId, "c", 1, generation);
        publisher.add(message);
        return message.answer;
    }

    @Test
    void aFencedCallWaitsUntilTheGenerationIsReconciled() {
        CompletableFuture<Appended> answer = add("m");
        reply(new Fenced(NEW));
        loop.advance(Duration.ofMillis(500));
        assertThat(calls).hasSize(1);
        publisher.open(new StreamId(NEW, 0));
        assertThat(lastCall().read()).isEqualTo(new StreamId(NEW, 0));
        append(NEW, 1);
        read(NEW, 1);
        assertThat(answer.join().position()).isEqualTo(position(NEW, 1));
    }

    @Test
    void aCallThatWasFencedAfterTheBarrierIsRepeatedAtOnce() {
        add("m");
        publisher.hold();
        publisher.open(new StreamId(NEW, 0));
        assertThat(calls).hasSize(1);
        reply(new Fenced(NEW));
        assertThat(calls).hasSize(2);
        assertThat(lastCall().read().generation()).isEqualTo(NEW);
    }

    @Test
    void whatWasNotReadBackBeforeTheBarrierIsSentAgainBeforeAnythingYounger() {
        add("m0");
        append(OLD, 1);
        add("m1");
        append(OLD, 2);
        read(OLD, 1);
        publisher.hold();
        add("m2");
        add("m3");
        assertThat(calls).as("nothing is sent at the barrier").hasSize(2);
        publisher.open(new StreamId(NEW, 0));
        assertThat(lastCall().msgIds()).containsExactly("m1", "m2", "m3");
        reply(
                new Taken(
                        List.of(
                                new Result(position(NEW, 1), false),
                                new Result(position(NEW, 2), false),
                                new Result(position(NEW, 3), false))));
        read(NEW, 3);
        assertThat(answered).containsExactly("m0", "m1", "m2", "m3");
    }

    /** As if the archive had brought this node from one generation to another. */
    @Test
    void whatWasNotReadBackOfItsGenerationIsNotAcknowledgedByALaterOne() {
        CompletableFuture<Appended> answer = add("m0");
        append(OLD, 5);
        publisher.hold();
        read(NEW, 1);
        assertThat(answer).isNotDone();
        publisher.open(new StreamId(NEW + 1, 0));
        assertThat(lastCall().msgIds()).containsExactly("m0");
        reply(new Taken(List.of(new Result(position(OLD, 5), true))));
        assertThat(answer.join()).isEqualTo(new Appended(position(OLD, 5), Level.LOG, false));
    }

    @Test
    void anAnswerThatComesAfterTheBarrierCountsAsLost() {
        CompletableFuture<Appended> answer = add("m0");
        add("m1");
        publisher.hold();
        publisher.open(new StreamId(NEW, 0));
        publisher.reached(new StreamId(NEW, 9));
        append(OLD, 1); // The old Redis had taken it.
        assertThat(answer).isNotDone();
        assertThat(lastCall().msgIds()).containsExactly("m0", "m1");
        assertThat(lastCall().read()).isEqualTo(new StreamId(NEW, 9));
    }

    @Test
    void afterCloseEverythingIsAnswered() {
        CompletableFuture<Appended> appended = add("m0");
        append(OLD, 1);
        CompletableFuture<Appended> called = add("m1");
        CompletableFuture<Appended> waiting = add("m2");
        publisher.close();
        assertUnavailable(appended);
        assertUnavailable(called);
        assertUnavailable(waiting);
        assertUnavailable(add("m3"));
        append(OLD, 2);
        assertThat(released).hasSize(4);
        assertThat(calls).hasSize(2);
    }

    private List<CompletableFuture<Appended>> addMany(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> add("m" + i)).toList();
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    private CompletableFuture<Appended> add(String msgId) {
        return add(msgId, "c", 1);
    }

    private CompletableFuture<Appended> add(String msgId, String channel, int dataBytes) {
        Waiting message = handedIn(msgId, channel, dataBytes);
        publisher.add(message);
        return message.answer;
    }

    private Waiting handedIn(String msgId, String channel, int dataBytes) {
        return handedIn(msgId, channel, dataBytes, 0);
    }

    private Waiting handedIn(String msgId, String channel, int dataBytes, long leastGeneration) {
        byte[] data = "1".repeat(dataBytes).getBytes(UTF_8);
        Waiting message =
                new Waiting(
                        new Draft(channel, "p", msgId, null, false, data),
                        "key " + msgId,
                        leastGeneration,
                        loop.nowNanos());
        var unused = message.answer.whenComplete((answer, failure) -> answered.add(msgId));
        return message;
    }

    private Call lastCall() {
        return calls.get(calls.size() - 1);
    }

    /** Redis appends the messages of the call from this sequence on. */
    private void append(long generation, long first) {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < lastCall().messages().size(); i++) {
            results.add(new Result(position(generation, first + i), false));
        }
        reply(new Taken(results));
    }

    private void reply(PublishReply reply) {
        lastCall().reply().complete(reply);
        loop.run();
    }

    private void fail() {
        lastCall().reply().completeExceptionally(new IOException("broken"));
        loop.run();
    }

    private void read(long generation, long sequence) {
        publisher.reached(new StreamId(generation, sequence));
    }

    private static Position position(long generation, long sequence) {
        return new Position("local", generation, sequence, sequence);
    }

    private static void assertUnavailable(CompletableFuture<Appended> answer) {
        assertThat(answer).isCompletedExceptionally();
        assertThat(answer.handle((done, failure) -> failure).join())
                .matches(
                        failure ->
                                failure instanceof UnavailableException
                                        || failure instanceof CompletionException);
    }
}
