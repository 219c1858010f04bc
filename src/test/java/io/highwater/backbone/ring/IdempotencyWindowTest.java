package io.highwater.backbone.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.protocol.Position;
import io.highwater.testing.Ledgers;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class IdempotencyWindowTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final MessageHash hash = new MessageHash(1, 2);
    private Ledger ledger;

    private IdempotencyWindow window(long mostBytes) {
        ledger = Ledgers.of(Map.of(Account.IDEMPOTENCY, mostBytes), () -> 0);
        return new IdempotencyWindow("local", hash, ledger.book(Account.IDEMPOTENCY));
    }

    private long bytes() {
        return ledger.book(Account.IDEMPOTENCY).bytes();
    }

    private static Position position(long sequence) {
        return new Position("local", 7, sequence + 1_000, sequence);
    }

    @Test
    void duringAPauseItsTimeStandsStill() {
        IdempotencyWindow window = window(1 << 20);
        MessageKey key = window.key("p", "c", "m1");
        window.add(key, position(1), null, 0);
        window.pause(60 * SECOND);
        window.pause(100 * SECOND);
        window.expire(1_000 * SECOND);
        assertThat(window.find(key, 1_000 * SECOND)).isEqualTo(position(1));
        window.resume(1_060 * SECOND);
        window.resume(1_100 * SECOND);
        // A minute passed before the pause.
        assertThat(window.find(key, 1_300 * SECOND)).isEqualTo(position(1));
        assertThat(window.find(key, 1_301 * SECOND)).isNull();
        assertThat(window.timeNanos(1_300 * SECOND)).isEqualTo(300 * SECOND);
    }

    /** Against a plain map, with time that starts anywhere. */
    @Property(tries = 200)
    void findsExactlyWhatCameInTheLastFiveMinutes(
            @ForAll long start,
            @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 199) Integer> steps) {
        IdempotencyWindow window = window(1 << 20);
        Map<String, Position> first = new HashMap<>();
        Map<String, Long> added = new HashMap<>();
        long now = start;
        long sequence = 0;
        for (int step : steps) {
            if (step >= 160) {
                now += (step - 159) * 5 * SECOND;
                continue;
            }
            String msgId = "m" + step;
            MessageKey key = window.key("p", "c", msgId);
            Long at = added.get(msgId);
            Position known = window.find(key, now);
            if (at != null && now - at <= IdempotencyWindow.WINDOW_NANOS) {
                assertThat(known).isEqualTo(first.get(msgId));
            } else {
                assertThat(known).isNull();
                window.add(key, position(++sequence), null, now);
                first.put(msgId, position(sequence));
                added.put(msgId, now);
            }
        }
    }

    @Test
    void whatDoesNotFitIsForgottenOldestFirst() {
        IdempotencyWindow window = window(100_000);
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            window.add(window.key("p", "c", "m" + i), position(i), null, i);
            assertThat(bytes()).isLessThanOrEqualTo(100_000);
        }
        int remembered = 0;
        boolean forgotten = false;
        for (int i = count - 1; i >= 0; i--) {
            boolean found = window.find(window.key("p", "c", "m" + i), count) != null;
            assertThat(found && forgotten).isFalse();
            forgotten |= !found;
            remembered += found ? 1 : 0;
        }
        // 70 bytes each, but for the last piece, which may be almost empty.
        assertThat(remembered).isBetween(1_150, 1_430);
    }

    @Test
    void aWindowThatIsOverTakesNothing() {
        IdempotencyWindow window = window(1 << 20);
        for (int i = 0; i < 1_000; i++) {
            window.add(window.key("p", "c", "m" + i), position(i), null, i);
        }
        assertThat(bytes()).isBetween(69_000L, 190_000L);
        window.expire(IdempotencyWindow.WINDOW_NANOS);
        assertThat(bytes()).isPositive();
        window.expire(IdempotencyWindow.WINDOW_NANOS + 1_000);
        assertThat(bytes()).isZero();
    }

    @Test
    void keysOfManyMessagesDifferInEachHalf() {
        Set<Long> high = new HashSet<>();
        Set<Long> low = new HashSet<>();
        Set<Integer> slots = new HashSet<>();
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            MessageKey key = hash.key("device-" + i % 100, "room." + i % 7, "msg-" + i);
            high.add(key.high());
            low.add(key.low());
            slots.add((int) key.low() & 0xffff);
        }
        assertThat(high).hasSize(count);
        assertThat(low).hasSize(count);
        // Of 65,536 slots, 100,000 balls thrown at random leave 21.7 % empty.
        assertThat(slots.size()).isBetween(51_000, 51_700);
    }
}
