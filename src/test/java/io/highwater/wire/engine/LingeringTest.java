package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.testing.Ledgers;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a transport holds of a session that is over is charged, and bounded. */
final class LingeringTest {
    private static final String PEERS_CLOSE = "888200000000" + "03e8";
    private static final CloseStatus SLOW = new CloseStatus(1013, "slow");

    private final Ledger ledger = Ledgers.of(Map.of(Account.OUTBOUND, 400_000L), () -> 0);
    private final Book account = ledger.book(Account.OUTBOUND);
    private final Lingering lingering = new Lingering(ledger);

    /** One whose transport holds a message of so many bytes. */
    private WireFixture stuck(int bytes) {
        return stuck("10.0.0.1", bytes);
    }

    private WireFixture stuck(String address, int bytes) {
        WireFixture fixture = new WireFixture(ledger, lingering, address).open();
        fixture.transport.stick();
        assertThat(fixture.wire.write(OutboundFrame.text("x".repeat(bytes)))).isFalse();
        return fixture;
    }

    @Test
    void whatAnEvictedSessionLeavesIsChargedUntilItsConnectionIsOver() {
        WireFixture fixture = stuck(5_000);
        assertThat(account.bytes()).as("its queue's affair").isZero();

        fixture.wire.fail(SLOW, Duration.ofSeconds(30));
        fixture.run();

        assertThat(fixture.listener.take()).contains("closed 1013 slow");
        assertThat(account.bytes()).isBetween(5_000L, 5_300L);
        assertThat(fixture.wire.payer().bytes(Account.OUTBOUND)).isEqualTo(account.bytes());
        fixture.advance(Duration.ofSeconds(31));
        assertThat(fixture.transport.aborted).isEqualTo(1);
        assertThat(account.bytes()).isZero();
        assertThat(fixture.wire.payer().bytes(Account.OUTBOUND)).isZero();
    }

    @Test
    void soIsWhatOneLeavesThatItsPeerHasClosed() {
        WireFixture fixture = stuck(5_000);

        fixture.receive(PEERS_CLOSE);

        assertThat(account.bytes()).isBetween(5_000L, 5_300L);
        fixture.transport.unstick();
        fixture.run();
        assertThat(fixture.transport.closed).isEqualTo(1);
        assertThat(account.bytes()).isZero();
    }

    /** Our Close waits behind what is in flight, and the peer's ends the queue that paid for it. */
    @Test
    void soIsWhatOneLeavesThatWeWereClosing() {
        WireFixture fixture = stuck(5_000);
        fixture.wire.close(SLOW);

        fixture.receive(PEERS_CLOSE);

        assertThat(fixture.listener.take()).contains("closed 1013 slow");
        assertThat(account.bytes()).isBetween(5_000L, 5_300L);
        fixture.advance(Duration.ofSeconds(31));
        assertThat(fixture.transport.aborted).isEqualTo(1);
        assertThat(account.bytes()).isZero();
    }

    /** An eighth of the account is 50,000 bytes; of an address's share 12,500. */
    @Test
    void whoWouldHoldTooMuchOfAllIsResetAtOnce() {
        for (int i = 1; i <= 4; i++) {
            evict(stuck("10.0.0." + i, 12_000));
        }
        WireFixture evicted = stuck("10.0.1.1", 7_000);
        WireFixture closed = stuck("10.0.1.2", 7_000);
        long held = account.bytes();

        evict(evicted);
        closed.receive(PEERS_CLOSE);

        assertThat(held).isBetween(48_000L, 50_000L);
        assertThat(evicted.transport.aborted).isEqualTo(1);
        assertThat(closed.transport.aborted).isEqualTo(1);
        assertThat(closed.listener.take()).contains("closed 1000 ");
        assertThat(account.bytes()).isEqualTo(held);
    }

    @Test
    void whoseAddressHoldsItsShareIsResetAtOnceAndOthersAreNot() {
        WireFixture first = stuck(7_000);
        evict(first);
        evict(stuck(5_000));
        long held = account.bytes();

        for (int i = 0; i < 20; i++) {
            WireFixture more = stuck(7_000);
            evict(more);
            assertThat(more.transport.aborted).isEqualTo(1);
        }
        assertThat(account.bytes()).isEqualTo(held);
        WireFixture other = stuck("10.0.0.2", 12_000);
        evict(other);
        assertThat(other.transport.aborted).isZero();

        first.advance(Duration.ofSeconds(31));
        WireFixture later = stuck(7_000);
        evict(later);
        assertThat(later.transport.aborted).as("there is room again").isZero();
    }

    @Test
    void aProxyHasNoShare() {
        for (int i = 0; i < 6; i++) {
            WireFixture fixture = stuck("99.0.0.1", 7_000);
            evict(fixture);
            assertThat(fixture.transport.aborted).isZero();
        }
    }

    private static void evict(WireFixture fixture) {
        fixture.wire.fail(SLOW, Duration.ofSeconds(30));
        fixture.run();
    }

    @Test
    void whoHoldsNothingLingersFree() {
        WireFixture fixture = new WireFixture(ledger, lingering, "10.0.0.1").open();

        fixture.wire.fail(SLOW, Duration.ofSeconds(30));
        fixture.run();

        assertThat(account.bytes()).isZero();
        assertThat(fixture.transport.aborted).isZero();
    }
}
