package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payer;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventBudgetTest {
    private static final long SECOND = 1_000_000_000L;
    private static final AddressLimits LIMITS = new AddressLimits(1, 1, 100, 1_000);

    private static Payer payer(FakeTicker ticker, boolean proxy) {
        return new Payers(LIMITS, address -> proxy, ticker).of(InetAddress.getLoopbackAddress());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MAX_VALUE - SECOND})
    void anAddressHasOneBudgetForAllItsConnections(long start) {
        FakeTicker ticker = new FakeTicker(start);
        Payer payer = payer(ticker, false);
        assertThat(passed(new EventBudget(payer, bounds(ticker, LimitsObserver.NONE)), 700))
                .isEqualTo(700);
        EventBudget second = new EventBudget(payer, bounds(ticker, LimitsObserver.NONE));
        assertThat(passed(second, 700)).isEqualTo(300);
        assertThat(second.isOver()).isTrue();
        ticker.advance(Duration.ofSeconds(3));
        assertThat(passed(new EventBudget(payer, bounds(ticker, LimitsObserver.NONE)), 700))
                .isEqualTo(300);
    }

    @Test
    void whoWasteTooMuchAreRefusedForTenSeconds() {
        FakeTicker ticker = new FakeTicker();
        EventBudget budget =
                new EventBudget(payer(ticker, false), bounds(ticker, LimitsObserver.NONE));
        assertThat(passed(budget, 1_000)).isEqualTo(1_000);
        assertThat(budget.isRefused()).isFalse();
        assertThat(budget.onEvent("one too many")).isFalse();
        ticker.advance(Duration.ofMillis(9_999));
        assertThat(budget.isRefused()).isTrue();
        ticker.advance(Duration.ofMillis(1));
        assertThat(budget.isRefused()).isFalse();
    }

    @Test
    void aConnectionThatWastesNextToNothingOutlastsItsNeighbours() {
        FakeTicker ticker = new FakeTicker();
        Payer payer = payer(ticker, false);
        EventBudget neighbour = new EventBudget(payer, bounds(ticker, LimitsObserver.NONE));
        EventBudget good = new EventBudget(payer, bounds(ticker, LimitsObserver.NONE));
        passed(neighbour, 1_001);
        assertThat(passed(good, 200)).isEqualTo(EventBudget.LITTLE_BURST);
        assertThat(good.isOver()).isTrue();
    }

    @Test
    void eachConnectionOfAProxyHasABudgetForItself() {
        FakeTicker ticker = new FakeTicker();
        Payer payer = payer(ticker, true);
        for (int i = 0; i < 2; i++) {
            EventBudget budget = new EventBudget(payer, bounds(ticker, LimitsObserver.NONE));
            assertThat(passed(budget, 2 * EventBudget.PROXY_BURST))
                    .isEqualTo(EventBudget.PROXY_BURST);
            assertThat(budget.isOver()).isTrue();
            assertThat(budget.isRefused()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aBadRequestIsWasteThoughItCannotBeCounted(Stray.Kind kind) {
        FakeTicker ticker = new FakeTicker();
        Stray observers = new Stray();
        LimitsObserver observer =
                new LimitsObserver() {
                    @Override
                    public void onBadRequest(int status) {
                        observers.call();
                    }
                };
        EventBudget budget = new EventBudget(payer(ticker, false), bounds(ticker, observer));
        observers.arm(kind);
        assertThat(budget.onBadRequest(400)).isTrue();
        assertThat(observers.isSpent()).isTrue();
        assertThat(passed(budget, 1_000)).isEqualTo(999);
    }

    private static Http2Bounds bounds(FakeTicker ticker, LimitsObserver observer) {
        return new Http2Bounds(
                Ledger.unbounded(),
                new TimerWheel(ticker.nanoTime()),
                ticker,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                observer,
                LogLimit.none());
    }

    /** Those before the first that was too much. */
    private static int passed(EventBudget budget, int events) {
        int passed = 0;
        while (passed < events && budget.onEvent(passed)) {
            passed++;
        }
        return passed;
    }
}
