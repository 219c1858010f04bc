package io.highwater.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ReadGateTest {
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final ReadGate gate = new ReadGate(wheel);
    private final Ledger ledger = Ledgers.of(Map.of(), ticker);
    private final Payer greedy = Ledgers.payer(ledger, "10.0.0.1");
    private final Payer other = Ledgers.payer(ledger, "10.0.0.2");

    /** Those that were begun and have no answer yet. */
    private final ArrayDeque<CompletableFuture<String>> begun = new ArrayDeque<>();

    private final List<String> order = new ArrayList<>();

    private CompletableFuture<String> read(@Nullable Payer payer, String name) {
        return gate.pass(
                        payer,
                        () -> {
                            order.add(name);
                            CompletableFuture<String> answer = new CompletableFuture<>();
                            begun.add(answer);
                            return answer;
                        })
                .toCompletableFuture();
    }

    private void assertRefused(CompletableFuture<String> read) {
        assertThat(read)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnavailableException.class);
    }

    @Test
    void soManyReadsAreMadeAtOnceAndTheOthersWait() {
        for (int i = 0; i < ReadGate.AT_ONCE + 10; i++) {
            assertThat(read(null, "r" + i)).isNotDone();
        }
        assertThat(begun).hasSize(ReadGate.AT_ONCE);
        begun.remove().complete("answer");
        assertThat(order).endsWith("r" + ReadGate.AT_ONCE).hasSize(ReadGate.AT_ONCE + 1);
        while (!begun.isEmpty()) {
            begun.remove().complete("answer");
        }
        assertThat(order).hasSize(ReadGate.AT_ONCE + 10);
    }

    @Test
    void addressesTakeTurns() {
        for (int i = 0; i < ReadGate.AT_ONCE + 100; i++) {
            read(greedy, "greedy " + i);
        }
        read(other, "other");
        begun.remove().complete("answer");
        begun.remove().complete("answer");
        assertThat(order).contains("other");
    }

    @Test
    void anAddressHasNoMoreThanItsMost() {
        List<CompletableFuture<String>> reads = new ArrayList<>();
        for (int i = 0; i < ReadGate.MOST_OF_ADDRESS; i++) {
            reads.add(read(greedy, "r" + i));
        }
        assertThat(reads).noneMatch(CompletableFuture::isDone);
        assertRefused(read(greedy, "one too many"));
        assertThat(read(other, "other")).isNotDone();
        begun.remove().complete("answer");
        assertThat(read(greedy, "again")).isNotDone();
        assertRefused(read(greedy, "again one too many"));
    }

    @Test
    void aProxysClientsAreNotCountedTogether() {
        Payer proxy = Ledgers.payer(ledger, "99.0.0.1");
        for (int i = 0; i < ReadGate.MOST_OF_ADDRESS + 10; i++) {
            assertThat(read(proxy, "r" + i)).isNotDone();
        }
    }

    @Test
    void allTogetherHaveNoMoreThanTheirMost() {
        for (int i = 0; i < ReadGate.MOST; i++) {
            assertThat(read(null, "r" + i)).isNotDone();
        }
        assertRefused(read(other, "one too many"));
    }

    @Test
    void aReadThatFailsOrThrowsMakesRoom() {
        for (int i = 0; i < 3 * ReadGate.AT_ONCE; i++) {
            CompletableFuture<String> failed =
                    gate.<String>pass(
                                    other,
                                    () -> {
                                        throw new IllegalStateException("thrown by a test");
                                    })
                            .toCompletableFuture();
            assertThat(failed).isCompletedExceptionally();
        }
        CompletableFuture<String> read = read(other, "r");
        begun.remove().completeExceptionally(new IllegalStateException("thrown by a test"));
        assertThat(read).isCompletedExceptionally();
        assertThat(read(other, "next")).isNotDone();
        assertThat(order).containsExactly("r", "next");
    }

    @Test
    void aReadThatIsNotAnsweredFailsAndMakesRoom() {
        CompletableFuture<String> hangs = read(other, "hangs");
        ticker.advance(ReadGate.LONGEST.dividedBy(2), wheel);
        CompletableFuture<String> later = read(other, "later");
        ticker.advance(ReadGate.LONGEST.dividedBy(2).plusSeconds(1), wheel);
        assertRefused(hangs);
        assertThat(later).isNotDone();
        // Nothing of it is counted twice.
        begun.remove().complete("late");
        for (int i = 0; i < ReadGate.MOST_OF_ADDRESS - 1; i++) {
            assertThat(read(other, "r" + i)).isNotDone();
        }
        assertRefused(read(other, "one too many"));
        assertThat(begun).hasSize(ReadGate.AT_ONCE);
        ticker.advance(ReadGate.LONGEST.dividedBy(2), wheel);
        assertRefused(later);
        assertThat(begun).hasSize(ReadGate.AT_ONCE + 1);
    }

    @Test
    void readsThatWaitTooLongForTheirTurnFailAndAreNotMade() {
        List<CompletableFuture<String>> reads = new ArrayList<>();
        for (int i = 0; i < ReadGate.AT_ONCE + 100; i++) {
            reads.add(read(i % 2 == 0 ? greedy : null, "r" + i));
        }
        ticker.advance(ReadGate.LONGEST.plusSeconds(1), wheel);
        reads.forEach(this::assertRefused);
        assertThat(order).hasSize(ReadGate.AT_ONCE);
        assertThat(read(greedy, "next")).isNotDone();
        assertThat(order).endsWith("next").hasSize(ReadGate.AT_ONCE + 1);
    }

    /** Answers that come at once must not grow the stack by one read each. */
    @Test
    void manyReadsThatAreAnsweredAtOnceDoNotNest() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        List<CompletableFuture<String>> reads = new ArrayList<>();
        for (int i = 0; i < ReadGate.AT_ONCE; i++) {
            reads.add(gate.pass(null, () -> slow).toCompletableFuture());
        }
        for (int i = ReadGate.AT_ONCE; i < ReadGate.MOST; i++) {
            reads.add(
                    gate.pass(null, () -> CompletableFuture.completedFuture("at once"))
                            .toCompletableFuture());
        }
        slow.complete("late");
        assertThat(reads).allMatch(CompletableFuture::isDone);
    }
}
