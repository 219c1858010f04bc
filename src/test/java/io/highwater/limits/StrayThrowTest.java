package io.highwater.limits;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Who counts what the limits do throws once, and so does a debtor: the limits hold. */
final class StrayThrowTest {
    private static final long ACCOUNT_BYTES = 1_000_000;

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final LogLimit logs = LogLimit.of(wheel, Runnable::run);
    private final Stray observers = new Stray();
    private final Stray debtors = new Stray();
    private final AtomicInteger counted = new AtomicInteger();
    private final Payers payers =
            new Payers(AddressLimits.highest(), address -> false, ticker::nanoTime);
    private final LimitsObserver observer =
            new LimitsObserver() {
                @Override
                public void onEnded(Account account, int debtors) {
                    observers.call();
                    counted.addAndGet(debtors);
                }

                @Override
                public void onConnectionRefused(Refusal refusal) {
                    observers.call();
                    counted.incrementAndGet();
                }
            };
    private final Book book =
            new Ledger(account -> ACCOUNT_BYTES, 1, payers, observer, ticker, logs)
                    .book(Account.HTTP);

    private final class Kept implements Debtor {
        private final Payer payer = payers.of(address());
        private final long bytes;

        Kept(long bytes) {
            this.bytes = bytes;
            book.add(payer, bytes);
            book.join(this);
        }

        @Override
        public Payer payer() {
            return payer;
        }

        @Override
        public long keptBytes() {
            return bytes;
        }

        @Override
        public long ageNanos(long nowNanos) {
            return Duration.ofSeconds(1).toNanos();
        }

        @Override
        public boolean end(Account account) {
            debtors.call();
            book.leave(this);
            book.add(payer, -bytes);
            return true;
        }
    }

    private static InetAddress address() {
        try {
            return InetAddress.getByName("192.0.2.1");
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whoFillsAnAccountGoesThoughNobodyCanBeTold(Stray.Kind kind) {
        for (int round = 0; round < 2; round++) {
            observers.arm(kind);
            Payer payer = new Kept(800_000).payer();
            new Kept(300_000);
            book.settle(payer);
            assertThat(observers.isSpent()).isTrue();
            assertThat(book.bytes()).isEqualTo(300_000);
            new Kept(800_000);
            book.settle(payer);
            assertThat(counted).hasValue(round + 1);
            new Kept(800_000);
            book.settle(payer);
            assertThat(counted).hasValue(round + 2);
            counted.set(round + 1);
            book.add(payer, -book.bytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aDebtorThatThrowsIsLeftForTheNext(Stray.Kind kind) {
        Kept first = new Kept(700_000);
        new Kept(600_000);
        debtors.arm(kind);
        book.settle(first.payer());
        assertThat(debtors.isSpent()).isTrue();
        assertThat(book.bytes()).isEqualTo(700_000);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aConnectionTooManyIsRefusedThoughNobodyCanBeTold(Stray.Kind kind) {
        TcpConnections connections =
                new TcpConnections(
                        new TcpLimits(new ConnectionLimit(1, 0), ConnectionLimit.none()),
                        payers,
                        observer,
                        ticker,
                        logs);
        Payer only = connections.accepted(address());
        assertThat(only).isNotNull();
        observers.arm(kind);
        assertThat(connections.accepted(address())).isNull();
        assertThat(connections.accepted(address())).isNull();
        assertThat(counted).hasValue(1);
        assertThat(connections.open()).isEqualTo(1);
        only.tcp().closed();
        assertThat(connections.accepted(address())).isNotNull();
    }

    @Test
    void whatWasEndedBetweenTwoLinesIsCountedAtTheEndOfTheMinute() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger("io.highwater");
        log.addAppender(lines);
        try {
            for (int i = 0; i < 3; i++) {
                Kept all = new Kept(1_100_000);
                book.settle(all.payer());
            }
            ticker.advance(Duration.ofSeconds(61), wheel);
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("account_full", "account_ended");
        assertThat(lines.list.get(1).getKeyValuePairs())
                .hasToString("[account=\"http\", count=\"3\"]");
    }
}
