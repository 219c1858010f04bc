package io.highwater.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is ended where an account is full, and who is not. */
final class BookTest {
    private static final long ACCOUNT_BYTES = 10_000_000;
    private static final String OFFICE = "198.51.100.1";
    private static final String PROXY = "203.0.113.1";

    private final FakeTicker ticker = new FakeTicker();
    private final Payers payers =
            new Payers(
                    AddressLimits.defaults(),
                    address -> PROXY.equals(address.getHostAddress()),
                    ticker::nanoTime);
    private final Book book =
            new Ledger(
                            new LimitSettings(1, 0.5, AddressLimits.defaults()),
                            ACCOUNT_BYTES * 10,
                            payers,
                            LimitsObserver.NONE,
                            ticker::nanoTime,
                            LogLimit.none())
                    .book(Account.HTTP);
    private final List<Kept> ended = new ArrayList<>();
    private final List<Spare> asked = new ArrayList<>();

    private final class Kept implements Debtor {
        private final Payer payer;
        private final long bytes;
        private final long shared;
        private final Duration age;

        Kept(String address, long bytes) throws UnknownHostException {
            this(address, bytes, 0, Duration.ofMinutes(1));
        }

        Kept(String address, long bytes, long shared, Duration age) throws UnknownHostException {
            this.payer = payers.of(InetAddress.getByName(address));
            this.bytes = bytes;
            this.shared = shared;
            this.age = age;
            book.add(payer, bytes);
            book.addShared(shared);
            book.join(this);
        }

        @Override
        public Payer payer() {
            return payer;
        }

        @Override
        public long keptBytes() {
            return bytes + shared;
        }

        @Override
        public long ageNanos(long nowNanos) {
            return age.toNanos();
        }

        @Override
        public boolean end(Account account) {
            book.leave(this);
            book.add(payer, -bytes);
            book.addShared(-shared);
            return ended.add(this);
        }
    }

    /** One that can do without some of what it keeps. */
    private final class Spare implements Debtor {
        private final Kept kept;
        private final long bytes;
        private long spareBytes;

        Spare(String address, long bytes, long spareBytes) throws UnknownHostException {
            this.kept = new Kept(address, bytes - spareBytes);
            this.bytes = bytes - spareBytes;
            this.spareBytes = spareBytes;
            book.leave(kept);
            book.add(kept.payer, spareBytes);
            book.join(this);
        }

        @Override
        public Payer payer() {
            return kept.payer;
        }

        @Override
        public long keptBytes() {
            return bytes + spareBytes;
        }

        @Override
        public long ageNanos(long nowNanos) {
            return kept.age.toNanos();
        }

        @Override
        public void giveUp(Account account) {
            asked.add(this);
            if (spareBytes < 0) {
                throw new IllegalStateException("expected by the test");
            }
            book.add(kept.payer, -spareBytes);
            spareBytes = 0;
        }

        @Override
        public boolean end(Account account) {
            book.leave(this);
            book.add(kept.payer, -spareBytes);
            return kept.end(account);
        }
    }

    @Test
    void whatCanBeHadAgainIsGivenUpBeforeAnybodyEnds() throws Exception {
        // Not to seven eighths, and yet nobody ends: there is room.
        new Spare("192.0.2.1", 5_500_000, 500_000);
        new Kept("192.0.2.2", 4_600_000);

        book.settle();

        assertThat(asked).hasSize(1);
        assertThat(book.bytes()).isEqualTo(9_600_000);
        assertThat(ended).isEmpty();
    }

    @Test
    void noMoreIsGivenUpThanMakesRoom() throws Exception {
        for (int i = 1; i <= 11; i++) {
            new Spare("192.0.2." + i, 1_000_000, 1_000_000);
        }

        book.settle();

        assertThat(asked).hasSize(3);
        assertThat(book.bytes()).isEqualTo(8_000_000);
        assertThat(ended).isEmpty();
    }

    @Test
    void ifItIsNotEnoughThoseThatCostMostEnd() throws Exception {
        new Spare("192.0.2.1", 1_000_000, 100_000);
        Kept large = new Kept("192.0.2.2", 9_500_000);

        book.settle();

        assertThat(asked).hasSize(1);
        assertThat(ended).containsExactly(large);
    }

    @Test
    void oneThatFailsToGiveUpDoesNotKeepOthersFromIt() throws Exception {
        new Spare("192.0.2.1", 1_000, -1);
        new Kept("192.0.2.2", 9_500_000);
        new Spare("192.0.2.3", 1_000_000, 1_000_000);

        book.settle();

        assertThat(asked).hasSize(2);
        assertThat(ended).isEmpty();
    }

    @Test
    void atTheLimitOfAnAddressOnlyItsOwnGiveUp() throws Exception {
        for (int i = 2; i <= 20; i++) {
            new Spare("192.0.2." + i, 100_000, 100_000);
        }
        Spare own = new Spare("192.0.2.1", 5_500_000, 5_500_000);

        book.settle(own.payer());

        assertThat(asked).containsExactly(own);
        assertThat(ended).isEmpty();
    }

    @Test
    void anAddressThatKeepsLittleIsSparedThoughItsConnectionIsTheLargest() throws Exception {
        for (int i = 0; i < 3_400; i++) {
            new Kept("192.0.2." + i % 4, 3_000);
        }
        Kept innocent = new Kept("198.51.100.1", 20_000);

        book.settle(innocent.payer());

        assertThat(ended).isNotEmpty().doesNotContain(innocent);
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 7);
    }

    @Test
    void anAddressThatKeepsLittleComesLastHoweverFullTheAccountIs() throws Exception {
        for (int i = 0; i < 4_000; i++) {
            new Kept("192.0.2." + i % 4, 3_000);
        }
        Kept innocent = new Kept("198.51.100.1", 20_000);

        book.settle(innocent.payer());

        assertThat(ended).isNotEmpty().doesNotContain(innocent);
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 7);
    }

    @Test
    void aNewcomerGetsInHoweverManyAddressesFilledTheAccount() throws Exception {
        manyAddresses(256, 39_000);
        Payer newcomer = payers.of(InetAddress.getByName(OFFICE));
        assertThat(book.tryAdd(newcomer, 20_000)).isFalse();

        book.settleFull(newcomer);

        assertThat(book.tryAdd(newcomer, 20_000)).isTrue();
    }

    @Test
    void anAddressIsCutOnlyToWhatAllMayKeep() throws Exception {
        manyAddresses(294, 38_000);
        Payer office = office(OFFICE);

        book.settle(office);

        // The room, divided by 295.
        long level = 29_661;
        assertThat(office.bytes(Account.HTTP)).isBetween(level - 20_000, level);
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 7);
    }

    @Test
    void eachDebtorOfAProxyStandsForItself() throws Exception {
        manyAddresses(294, 38_000);
        Payer proxy = office(PROXY);

        book.settle(proxy);

        assertThat(proxy.bytes(Account.HTTP)).isEqualTo(60 * 20_000);
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 7);
    }

    @Test
    void framesThatNobodyPaysForCountForWhoKeepsThem() throws Exception {
        for (int i = 0; i < 40; i++) {
            new Kept("192.0.2.1", 100, 300_000, Duration.ofMinutes(1));
        }
        Payer office = office(OFFICE);

        book.settle();

        assertThat(office.bytes(Account.HTTP)).isEqualTo(60 * 20_000);
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 7);
    }

    @Test
    void whoHasJustBegunIsSparedUpToNineEighths() throws Exception {
        for (int i = 0; i < 550; i++) {
            new Kept("192.0.2." + i % 4, 20_000, 0, Duration.ofMillis(99));
        }
        book.settle();
        assertThat(ended).isEmpty();

        for (int i = 0; i < 50; i++) {
            new Kept("192.0.2." + i % 4, 20_000, 0, Duration.ofMillis(99));
        }
        book.settle();
        assertThat(book.bytes()).isLessThanOrEqualTo(ACCOUNT_BYTES / 8 * 7);
    }

    private void manyAddresses(int addresses, long bytes) throws UnknownHostException {
        for (int i = 0; i < addresses; i++) {
            new Kept("198.18." + i / 200 + "." + i % 200, bytes, 0, Duration.ofSeconds(1));
        }
    }

    /** Has many users, and what they keep they have kept for long. */
    private Payer office(String address) throws UnknownHostException {
        for (int i = 0; i < 59; i++) {
            new Kept(address, 20_000);
        }
        return new Kept(address, 20_000).payer();
    }

    @Test
    void anAddressBeyondItsShareIsEndedAlone() throws Exception {
        Kept other = new Kept("198.51.100.1", 1_000_000);
        Kept large = new Kept("192.0.2.1", 3_000_000);
        Kept larger = new Kept("192.0.2.1", 3_500_000);

        book.settle(large.payer());

        assertThat(ended).containsExactly(larger);
        assertThat(book.bytes()).isEqualTo(other.bytes + large.bytes);
    }

    @Test
    void nobodyIsEndedWhereThereIsRoom() throws Exception {
        book.settle(new Kept("192.0.2.1", 4_900_000).payer());

        assertThat(ended).isEmpty();
    }
}
