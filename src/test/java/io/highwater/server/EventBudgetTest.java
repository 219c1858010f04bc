package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventBudgetTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - SECOND})
    void aBurstPassesAndThenTheRate(long start) {
        AtomicLong now = new AtomicLong(start);
        EventBudget budget = new EventBudget(now::get, 100, 10);
        assertThat(passed(budget, 150)).isEqualTo(100);
        now.addAndGet(SECOND / 2);
        assertThat(passed(budget, 150)).isEqualTo(5);
        now.addAndGet(SECOND);
        assertThat(passed(budget, 150)).isEqualTo(10);
        now.addAndGet(3600 * SECOND);
        assertThat(passed(budget, 150)).isEqualTo(100);
    }

    private static int passed(EventBudget budget, int events) {
        int passed = 0;
        for (int i = 0; i < events; i++) {
            passed += budget.onEvent(i) ? 1 : 0;
        }
        return passed;
    }
}
