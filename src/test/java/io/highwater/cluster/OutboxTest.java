package io.highwater.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.cluster.Item.Published;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutboxTest {
    private static final long RINGS_BYTES = 32 * 10_000;

    private final Book book =
            Ledgers.of(Map.of(Account.RINGS, RINGS_BYTES), new FakeTicker()).book(Account.RINGS);

    /** What the bus was given, and its answers. */
    private final List<Batch> batches = new ArrayList<>();

    private final List<CompletableFuture<@Nullable Void>> answers = new ArrayList<>();
    private @Nullable Error thrown;
    private boolean prompt;
    private int dropped;
    private int lost;
    private int sent;
    private final Outbox outbox =
            new Outbox(
                    true,
                    42,
                    this::take,
                    book,
                    new ClusterObserver() {
                        @Override
                        public void onDropped() {
                            dropped++;
                        }

                        @Override
                        public void onLost(int items) {
                            lost += items;
                        }

                        @Override
                        public void onSent(int items) {
                            sent += items;
                        }
                    },
                    LogLimit.none());

    private CompletionStage<@Nullable Void> take(byte[] message) {
        if (thrown != null) {
            throw thrown;
        }
        batches.add(Batch.read(message));
        CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
        answers.add(answer);
        if (prompt) {
            answer.complete(null);
        }
        return answer;
    }

    private void offer(String msgId) {
        offer(msgId, "1");
    }

    private void offer(String msgId, String data) {
        outbox.offer(
                new Published(
                        new Draft("ephemeral:x", "", msgId, null, false, data.getBytes(UTF_8))));
    }

    private List<String> batches() {
        return batches.stream()
                .map(
                        batch ->
                                batch.number()
                                        + ": "
                                        + batch.items().stream()
                                                .map(item -> ((Published) item).draft().msgId())
                                                .collect(Collectors.joining(" ")))
                .toList();
    }

    @Test
    void whileABatchIsUnderWayTheNextOneGathers() {
        offer("m1");
        offer("m2");
        offer("m3");
        assertThat(batches()).containsExactly("1: m1");
        answers.get(0).complete(null);
        assertThat(batches()).containsExactly("1: m1", "2: m2 m3");
        answers.get(1).complete(null);
        offer("m4");
        assertThat(batches()).endsWith("3: m4");
        answers.get(2).complete(null);
        assertThat(sent).isEqualTo(4);
        assertThat(book.bytes()).isZero();
    }

    @Test
    void aBusThatTakesAllAtOnceIsCalledInOrderWithoutRecursion() {
        prompt = true;
        IntStream.range(0, 10_000).forEach(i -> offer("m" + i));
        assertThat(batches).hasSize(10_000);
        assertThat(batches()).startsWith("1: m0", "2: m1").endsWith("10000: m9999");
    }

    @Test
    void aBatchIsBounded() {
        offer("first");
        String data = "x".repeat(1_500);
        IntStream.range(0, 6).forEach(i -> offer("m" + i, data));
        // At most 10,000 bytes wait, so no batch reaches its own bound here.
        answers.get(0).complete(null);
        assertThat(batches()).containsExactly("1: first", "2: m0 m1 m2 m3 m4 m5");
    }

    @Test
    void aLargeBatchIsSentInParts() {
        Outbox roomy =
                new Outbox(
                        true,
                        42,
                        this::take,
                        Ledgers.of(Map.of(), new FakeTicker()).book(Account.RINGS),
                        ClusterObserver.NONE,
                        LogLimit.none());
        byte[] data = new byte[1_500];
        for (int i = 0; i < 100; i++) {
            roomy.offer(new Published(new Draft("ephemeral:x", "", "m" + i, null, false, data)));
        }
        answers.get(0).complete(null);
        assertThat(batches.get(1).items().size()).isBetween(40, 45);
        answers.get(1).complete(null);
        answers.get(2).complete(null);
        assertThat(batches.stream().mapToInt(batch -> batch.items().size()).sum()).isEqualTo(100);
    }

    @Test
    void oneThatIsClosedDoesNotBeat() {
        outbox.close();
        outbox.beat();
        assertThat(batches).isEmpty();
    }

    @Test
    void whatDoesNotFitIsDroppedAndWhatWaitsIsInTheAccount() {
        String data = "x".repeat(1_000);
        offer("m0", data);
        IntStream.range(1, 20).forEach(i -> offer("m" + i, data));
        assertThat(dropped).isBetween(9, 11);
        assertThat(book.bytes()).isBetween(9_000L, 11_500L);
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(sent).isEqualTo(20 - dropped);
        assertThat(batches.get(1).number()).as("the receiver notices").isEqualTo(2 + dropped);
        assertThat(book.bytes()).isZero();
        assertThat(batches()).hasSize(2);
    }

    @Test
    void aBeatIsSentUnlessSomethingIs() {
        outbox.beat();
        outbox.beat();
        assertThat(batches()).containsExactly("1: ");
        offer("m1");
        answers.get(0).complete(null);
        outbox.beat();
        assertThat(batches()).containsExactly("1: ", "2: m1");
        answers.get(1).complete(null);
        outbox.beat();
        assertThat(batches()).endsWith("3: ");
    }

    @Test
    void oneThatIsClosedSendsNothingAndKeepsNothing() {
        offer("m1");
        offer("m2");
        outbox.close();
        offer("m3");
        outbox.beat();
        answers.get(0).complete(null);
        assertThat(batches()).containsExactly("1: m1");
        assertThat(book.bytes()).isZero();
    }

    /** Such a message is rare, and there is a bound on it elsewhere. */
    @Test
    void oneThatIsLargerThanAllThatMayWaitIsTakenIfNothingWaits() {
        offer("large", "x".repeat(50_000));
        assertThat(batches()).containsExactly("1: large");
        assertThat(dropped).isZero();
    }

    @Test
    void whatTheBusDoesNotTakeIsLostAndTheNextFollows() {
        offer("m1");
        offer("m2");
        answers.get(0).completeExceptionally(new IllegalStateException("thrown by a test"));
        assertThat(batches()).containsExactly("1: m1", "2: m2");
        answers.get(1).complete(null);
        thrown = new OutOfMemoryError("thrown by a test");
        offer("m3");
        thrown = null;
        offer("m4");
        assertThat(batches()).endsWith("4: m4");
        assertThat(lost).isEqualTo(2);
        answers.get(2).complete(null);
        assertThat(book.bytes()).isZero();
    }
}
