package io.highwater.testing;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payer;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/** Accounts of a node with edges that a test sets. Stateless. */
public final class Ledgers {
    private static final byte PROXY_NET = 99;

    private Ledgers() {}

    /**
     * Accounts of so many bytes, of which an address may have a quarter; the others are unbounded.
     * Addresses 99.x.x.x are proxies.
     */
    public static Ledger of(Map<Account, Long> mostBytes, Ticker ticker) {
        return new Ledger(
                account -> mostBytes.getOrDefault(account, Long.MAX_VALUE / 2),
                0.25,
                new Payers(
                        AddressLimits.defaults(),
                        address -> address.getAddress()[0] == PROXY_NET,
                        ticker),
                LimitsObserver.NONE,
                ticker,
                LogLimit.none());
    }

    /** The payer of a literal address. */
    public static Payer payer(Ledger ledger, String address) {
        return ledger.payers().of(address(address));
    }

    /** A literal address. */
    public static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
