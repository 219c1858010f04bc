package io.highwater.limits;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What clients make a node keep: a {@link Book} for each {@link Account}, and a {@link Payer} for
 * each address. One per node. Immutable; thread-safe.
 */
public final class Ledger {
    /** The accounts that an upgrade fills; the others have limits of their own. */
    private static final Account[] OF_SESSIONS = {Account.INBOUND, Account.OUTBOUND, Account.NAMES};

    private final Map<Account, Book> books = new EnumMap<>(Account.class);
    private final Payers payers;

    /**
     * @param heapBytes the largest size that the heap may have
     */
    public Ledger(
            LimitSettings settings,
            long heapBytes,
            Payers payers,
            LimitsObserver observer,
            Ticker ticker,
            LogLimit logs) {
        this(
                account -> (long) (settings.heapShare() * heapBytes * account.share()),
                settings.addressShare(),
                payers,
                observer,
                ticker,
                logs);
    }

    /**
     * @param mostBytes the limit of each account
     */
    public Ledger(
            ToLongFunction<Account> mostBytes,
            double addressShare,
            Payers payers,
            LimitsObserver observer,
            Ticker ticker,
            LogLimit logs) {
        this.payers = payers;
        for (Account account : Account.values()) {
            long most = mostBytes.applyAsLong(account);
            books.put(account, new Book(account, most, addressShare, observer, ticker, logs));
        }
    }

    /** A ledger for a heap of {@code Long.MAX_VALUE} bytes: no account is ever full. */
    public static Ledger unbounded() {
        Ticker ticker = () -> 0;
        LimitSettings settings = new LimitSettings(1, 1, AddressLimits.highest());
        Payers payers = new Payers(settings.address(), address -> false, ticker);
        return new Ledger(
                settings, Long.MAX_VALUE, payers, LimitsObserver.NONE, ticker, LogLimit.none());
    }

    public Book book(Account account) {
        return Objects.requireNonNull(books.get(account));
    }

    public Payers payers() {
        return payers;
    }

    /** The account because of which this address may open no session now; usually null. */
    public @Nullable Account closedTo(Payer payer) {
        for (Account account : OF_SESSIONS) {
            if (book(account).isClosedTo(payer)) {
                return account;
            }
        }
        return null;
    }
}
