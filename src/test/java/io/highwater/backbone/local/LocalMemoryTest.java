package io.highwater.backbone.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import io.highwater.testing.LiveObjects;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The log's accounts against the live heap. */
final class LocalMemoryTest {
    private static final int COUNT = 20_000;

    private final LocalFixture log =
            new LocalFixture(
                    2,
                    Map.of(),
                    name ->
                            new RingBounds(
                                    name.startsWith("none") ? 0 : 1_000, Duration.ofHours(1)));

    private long bytes(Account... accounts) {
        long bytes = 0;
        for (Account account : accounts) {
            bytes += log.ledger.book(account).bytes();
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "20, 500", "20000, 10", "20000, 200", "3000, 3000"})
    void ringsNamesAndMsgIds(int channels, int dataBytes) {
        Payer payer = log.payer("10.0.0.1");
        append("warm-up", 0, 1, payer);
        long liveBefore = LiveObjects.bytes();
        long before = bytes(Account.RINGS, Account.NAMES, Account.IDEMPOTENCY);
        for (int i = 0; i < COUNT; i++) {
            append(new String("room." + i % channels), i, dataBytes, payer);
        }
        long live = LiveObjects.bytes() - liveBefore;
        assertThat(bytes(Account.RINGS, Account.NAMES, Account.IDEMPOTENCY) - before)
                .isCloseTo(live, withinPercentage(5));
    }

    /** With a name, and no ring. */
    @ParameterizedTest
    @ValueSource(ints = {5_000, COUNT, 5 * COUNT})
    void msgIdsAlone(int messages) {
        Payer payer = log.payer("10.0.0.1");
        append("none", -1, 1, payer);
        long liveBefore = LiveObjects.bytes();
        long before = bytes(Account.IDEMPOTENCY);
        for (int i = 0; i < messages; i++) {
            append("none", i, 1, payer);
        }
        long live = LiveObjects.bytes() - liveBefore;
        assertThat(bytes(Account.RINGS)).isZero();
        assertThat(bytes(Account.IDEMPOTENCY) - before).isCloseTo(live, withinPercentage(15));
    }

    private void append(String channel, int number, int dataBytes, Payer payer) {
        String key = number % 2 == 0 ? null : "key-" + number;
        log.backbone.append(
                new Draft(
                        channel, "p", "message-" + number, key, false, new byte[dataBytes], payer));
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "20000, 10", "20000, 200"})
    void namesThatNobodyUses(int addresses, int nameBytes) {
        Payer[] payers = new Payer[addresses];
        for (int i = 0; i < addresses; i++) {
            payers[i] = log.payer("10.1." + i / 256 + "." + i % 256);
        }
        long liveBefore = LiveObjects.bytes();
        for (int i = 0; i < COUNT; i++) {
            append("none" + "n".repeat(nameBytes - 9) + i, 0, 10, payers[i % addresses]);
        }
        assertThat(log.backbone.unusedNames()).isEqualTo(COUNT);
        long live = LiveObjects.bytes() - liveBefore;
        assertThat(bytes(Account.NAMES, Account.IDEMPOTENCY)).isCloseTo(live, withinPercentage(5));
        assertThat(payers[0].bytes(Account.NAMES)).isPositive();
    }

    @Test
    void namesThatAreFollowed() {
        Listener listener = new Listener();
        Payer payer = log.payer("10.0.0.1");
        log.backbone.follow("warm-up", listener, payer);
        long liveBefore = LiveObjects.bytes();
        long before = bytes(Account.NAMES);
        for (int i = 0; i < COUNT; i++) {
            // What holds the name is the log alone.
            log.backbone.follow("followed." + i, listener, payer);
        }
        long live = LiveObjects.bytes() - liveBefore;
        assertThat(bytes(Account.NAMES) - before).isCloseTo(live, withinPercentage(2));
    }

    /** Immutable. */
    private static final class Listener implements BackboneListener {
        @Override
        public void onEntry(Entry entry) {}

        @Override
        public void onGap(String channel, Position from, Position to) {}
    }
}
