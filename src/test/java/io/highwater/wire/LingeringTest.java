package io.highwater.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.testing.Ledgers;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a transport holds of a session that is over is charged, and bounded. */
final class LingeringTest {
    private static final String PEERS_CLOSE = "888200000000" + "03e8";
    private static final CloseStatus SLOW = new CloseStatus(1013, "slow");

    private final Ledger ledger = Ledgers.of(Map.of(Account.OUTBOUND, 100_000L), () -> 0);
    private final Book account = ledger.book(Account.OUTBOUND);
    private final Lingering lingering = new Lingering(ledger);

    /** One whose transport holds a message of so many bytes. */
    private WireFixture stuck(int bytes) {
        WireFixture fixture = new WireFixture(ledger, lingering).open();
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

    @Test
    void whoWouldHoldTooMuchIsResetAtOnce() {
        WireFixture first = stuck(7_000);
        WireFixture evicted = stuck(7_000);
        WireFixture closed = stuck(7_000);
        first.wire.fail(SLOW, Duration.ofSeconds(30));
        first.run();
        long held = account.bytes();

        evicted.wire.fail(SLOW, Duration.ofSeconds(30));
        evicted.run();
        closed.receive(PEERS_CLOSE);

        assertThat(first.transport.aborted).isZero();
        assertThat(evicted.transport.aborted).isEqualTo(1);
        assertThat(closed.transport.aborted).isEqualTo(1);
        assertThat(closed.listener.take()).contains("closed 1000 ");
        assertThat(account.bytes()).isEqualTo(held);
    }

    @Test
    void whoHoldsNothingLingersFree() {
        WireFixture fixture = new WireFixture(ledger, lingering).open();

        fixture.wire.fail(SLOW, Duration.ofSeconds(30));
        fixture.run();

        assertThat(account.bytes()).isZero();
        assertThat(fixture.transport.aborted).isZero();
    }
}
