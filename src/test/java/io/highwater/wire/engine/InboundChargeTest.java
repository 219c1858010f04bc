package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages on their way in: what of them is charged, and who is slowed down or ended for it. */
final class InboundChargeTest {
    /** Of the account of messages on their way in, which is 0.18 of them. */
    private static final long ACCOUNT_BYTES = 153_000;

    private final Ledger ledger = ledger(1);
    private final Book book = ledger.book(Account.INBOUND);

    private static Ledger ledger(double addressShare) {
        LimitSettings settings = new LimitSettings(1, addressShare, AddressLimits.defaults());
        return new Ledger(
                settings,
                ACCOUNT_BYTES * 100 / 18,
                new Payers(settings.address(), address -> false, () -> 0),
                LimitsObserver.NONE,
                () -> 0,
                LogLimit.none());
    }

    /** Header and mask of a binary frame of this many bytes, and so many of them, all zero. */
    private static String frame(int length, int sent) {
        String header =
                length < 0x10000 ? "82fe%04x".formatted(length) : "82ff%016x".formatted(length);
        return header + "00000000" + "00".repeat(sent);
    }

    @Test
    void aPartOfAMessageIsChargedUntilTheMessageIsDelivered() {
        WireFixture fixture = new WireFixture(ledger).open();

        fixture.receive(frame(20_000, 10_000));

        assertThat(book.bytes()).isBetween(10_000L, 20_000L);
        assertThat(book.debtors()).isOne();
        fixture.receive("00".repeat(10_000));
        assertThat(book.bytes()).isZero();
        assertThat(book.debtors()).isZero();
    }

    @Test
    void aSmallMessageIsNotChargedAtAll() {
        WireFixture fixture = new WireFixture(ledger).open();
        List<Integer> debtors = new ArrayList<>();
        fixture.listener.whenMessage = () -> debtors.add(book.debtors());

        fixture.receive("8183 00000000 616263");

        assertThat(debtors).containsExactly(0);
    }

    @Test
    void aMessageIsChargedWhileItsListenerHasIt() {
        WireFixture fixture = new WireFixture(ledger).open();
        List<Long> charged = new ArrayList<>();
        fixture.listener.whenMessage = () -> charged.add(book.bytes());

        fixture.receive(frame(5_000, 5_000));

        assertThat(charged).hasSize(1).allMatch(bytes -> bytes >= 5_000);
        assertThat(book.bytes()).isZero();
    }

    @Test
    void whatAnEndedWireKeptIsChargedNoMore() {
        WireFixture fixture = new WireFixture(ledger).open();
        fixture.receive(frame(20_000, 10_000));

        fixture.transport.receiveEnd();
        fixture.run();

        assertThat(book.bytes()).isZero();
        assertThat(book.debtors()).isZero();
    }

    @Test
    void aFullAccountEndsWhoCostsMostAndLetsTheOthersGoOn() {
        List<WireFixture> fixtures = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            fixtures.add(new WireFixture(ledger).open());
        }
        fixtures.get(0).receive(frame(64_000, 60_000));
        for (WireFixture fixture : fixtures.subList(1, 5)) {
            fixture.receive(frame(40_000, 20_000));
            fixture.receive("00".repeat(10_000));
        }

        fixtures.forEach(WireFixture::run);

        // Those who have just begun are left alone up to nine eighths.
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 9);
        assertThat(fixtures.get(0).listener.take())
                .containsExactly("open", "closed 1013 no memory for messages");
        for (WireFixture fixture : fixtures.subList(1, 5)) {
            assertThat(fixture.listener.take()).containsExactly("open");
        }
    }

    @Test
    void anAddressBeyondItsShareIsEndedThoughTheAccountHasRoom() {
        Ledger shared = ledger(0.25);
        WireFixture fixture = new WireFixture(shared).open();

        fixture.receive(frame(64_000, 40_000));
        fixture.run();

        assertThat(fixture.listener.take())
                .containsExactly("open", "closed 1013 no memory for messages");
        assertThat(shared.book(Account.INBOUND).bytes()).isZero();
    }

    @Test
    void aPressedAccountHoldsUpWhoKeepsMoreThanTheOthersForASecond() {
        WireFixture other = new WireFixture(ledger).open();
        WireFixture large = new WireFixture(ledger).open();
        other.receive(frame(64_000, 60_000));
        large.receive(frame(64_000, 62_000));

        large.receive("00".repeat(2_000));
        assertThat(large.listener.take()).containsExactly("open");

        large.advance(Duration.ofSeconds(2));
        assertThat(large.listener.take()).hasSize(1);
    }

    @Test
    void aMessageThatMakesNoProgressIsEnded() {
        WireFixture fixture = new WireFixture(ledger).open();
        fixture.receive(frame(20_000, 10_000));

        for (int i = 0; i < 12; i++) {
            fixture.receive("00".repeat(100));
            fixture.advance(Duration.ofSeconds(3));
        }

        assertThat(fixture.listener.take())
                .containsExactly("open", "closed 1008 a message arrives too slowly");
        assertThat(book.bytes()).isZero();
    }

    @Test
    void aMessageWithAKilobyteASecondIsNot() {
        WireFixture fixture = new WireFixture(ledger).open();
        fixture.receive(frame(90_000, 1_000));

        for (int i = 0; i < 24; i++) {
            fixture.receive("00".repeat(3_200));
            fixture.advance(Duration.ofSeconds(3));
        }

        assertThat(fixture.listener.take())
                .doesNotContain("closed 1008 a message arrives too slowly");
    }

    @Test
    void aMessageThatWeDoNotReadIsNotTooSlow() {
        WireFixture fixture = new WireFixture(ledger);
        fixture.listener.autoDemand = false;
        fixture.open();
        fixture.wire.demand();
        fixture.run();
        fixture.receive("0201 00000000 00".replace("0201", "0281"));

        for (int i = 0; i < 30; i++) {
            fixture.advance(Duration.ofSeconds(3));
        }

        assertThat(fixture.listener.take()).containsExactly("open", "BINARY \0");
    }
}
