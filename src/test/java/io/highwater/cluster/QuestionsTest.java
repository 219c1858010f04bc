package io.highwater.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.UnavailableException;
import io.highwater.channel.Occupancy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What questions to other nodes keep. */
final class QuestionsTest {
    private final Book names =
            Ledgers.of(Map.of(Account.NAMES, 1_000L), new FakeTicker()).book(Account.NAMES);
    private final Questions questions = new Questions(names);
    private final CompletableFuture<Occupancy> answer = new CompletableFuture<>();

    private static Occupancy named(String name) {
        return new Occupancy(1, List.of(name));
    }

    @Test
    void whatIsAnsweredSoFarIsInTheAccountUntilAllIs() {
        long id = questions.ask(Set.of(1L, 2L), 978, null, answer, 0);
        questions.answered(id, 1, named("a"));
        long one = names.bytes();
        assertThat(one).isPositive();
        questions.answered(id, 1, named("b"));
        assertThat(names.bytes()).as("a second answer of the same node").isEqualTo(one);
        questions.answered(id, 2, named("c"));
        assertThat(answer).isCompletedWithValue(new Occupancy(2, List.of("a", "c")));
        assertThat(names.bytes()).isZero();
        questions.answered(id, 2, named("d"));
        assertThat(names.bytes()).as("an answer that comes too late").isZero();
    }

    @Test
    void anAnswerForWhichThereIsNoRoomFails() {
        long id = questions.ask(Set.of(1L, 2L), 978, null, answer, 0);
        questions.answered(id, 1, named("x".repeat(2_000)));
        assertThat(answer)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(UnavailableException.class);
        assertThat(names.bytes()).isZero();
    }
}
