package io.highwater.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.highwater.testing.Stray;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node's end goes on though one of those that it ends throws. */
final class StrayThrowTest {
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aDrainTellsTheOthersThoughOneThrows(Stray.Kind kind) throws InterruptedException {
        Stray stray = new Stray();
        stray.arm(kind);
        List<Integer> told = new ArrayList<>();
        SessionGroup group =
                new SessionGroup(
                        () -> 10 - told.size(),
                        spread -> {
                            List<Runnable> closers = new ArrayList<>();
                            for (int i = 0; i < 10; i++) {
                                int number = i;
                                if (!told.contains(number)) {
                                    closers.add(
                                            () -> {
                                                stray.call();
                                                told.add(number);
                                            });
                                }
                            }
                            return closers;
                        });
        new NodeDrain(List.of(group), Duration.ZERO, Duration.ofSeconds(60), Ticker.system()).run();
        assertThat(stray.isSpent()).isTrue();
        assertThat(told).as("the one that threw is told again").hasSize(10).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void allPartsAreClosedThoughOneThrows(Stray.Kind kind) {
        Stray stray = new Stray();
        stray.arm(kind);
        List<String> closed = new ArrayList<>();
        Parts parts = new Parts();
        parts.add("first", () -> closed.add("first"));
        parts.add("second", stray::call);
        parts.add("third", () -> closed.add("third"));
        assertThat(catchThrowable(parts::close)).hasMessage("thrown by a test");
        assertThat(closed).containsExactly("third", "first");
    }
}
