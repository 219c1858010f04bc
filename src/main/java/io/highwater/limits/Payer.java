package io.highwater.limits;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One address and what it makes the node keep: the party that pays for it. All connections and
 * sessions of an address share it for as long as one of them lives, and a while longer ({@link
 * Payers}). Thread-safe.
 */
public final class Payer {
    private static final int ACCOUNTS = Account.values().length;

    /** How long an address that has wasted too much is refused. */
    private static final long REFUSED_NANOS = 10_000_000_000L;

    /** Not a time that a Ticker returns. */
    private static final long NEVER = Long.MIN_VALUE;

    private final AddressBlock address;
    private final boolean proxy;
    private final AtomicLongArray bytes = new AtomicLongArray(ACCOUNTS);
    private final ConnectionCount tcp;
    private final ConnectionCount tls;
    private final Allowance newConnections;
    private final Allowance waste;
    private final AtomicLong refusedUntilNanos = new AtomicLong(NEVER);

    Payer(
            AddressBlock address,
            boolean proxy,
            AddressLimits limits,
            ConnectionCount tcp,
            ConnectionCount tls) {
        this.address = address;
        this.proxy = proxy;
        this.tcp = tcp;
        this.tls = tls;
        this.newConnections =
                new Allowance(limits.connectionsBurst(), limits.connectionsPerSecond());
        this.waste = new Allowance(limits.wasteBurst(), limits.wastePerSecond());
    }

    public AddressBlock address() {
        return address;
    }

    /** A trusted proxy with many clients behind it: its address limits nothing. */
    public boolean isProxy() {
        return proxy;
    }

    /** The bytes that it keeps in this account now. */
    public long bytes(Account account) {
        return bytes.get(account.ordinal());
    }

    long add(Account account, long delta) {
        return bytes.addAndGet(account.ordinal(), delta);
    }

    /** Its TCP connections that are open now; {@link TcpConnections} counts them in. */
    public ConnectionCount tcp() {
        return tcp;
    }

    /** Those of them that speak TLS; {@link TcpConnections} counts them in, too. */
    public ConnectionCount tls() {
        return tls;
    }

    /** How often it may connect. */
    public Allowance newConnections() {
        return newConnections;
    }

    /**
     * What it may waste of our time, over all its connections: resets, refused streams, empty and
     * control frames, window updates, bad requests.
     */
    public Allowance waste() {
        return waste;
    }

    /**
     * Refuses the address for ten seconds from now: it has wasted too much. Never refuses a proxy.
     */
    public void refuse(long nowNanos) {
        if (!proxy) {
            refusedUntilNanos.set(nowNanos + REFUSED_NANOS);
        }
    }

    /** Whether new connections and streams of the address are refused for what it has wasted. */
    public boolean isRefused(long nowNanos) {
        long until = refusedUntilNanos.get();
        return until != NEVER && until - nowNanos > 0;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
