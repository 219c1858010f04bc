package io.highwater.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is ended where an account is full, and who is not. */
final class BookTest {
    private static final long ACCOUNT_BYTES = 10_000_000;

    private final FakeTicker ticker = new FakeTicker();
    private final Payers payers =
            new Payers(AddressLimits.defaults(), address -> false, ticker::nanoTime);
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

    private final class Kept implements Debtor {
        private final Payer payer;
        private final long bytes;

        Kept(String address, long bytes) throws UnknownHostException {
            this.payer = payers.of(InetAddress.getByName(address));
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
        public boolean end(Account account) {
            book.leave(this);
            book.add(payer, -bytes);
            return ended.add(this);
        }
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
