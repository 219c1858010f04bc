package io.highwater.limits;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One address and what it makes the node keep: who pays. All connections and sessions of an address
 * share it for as long as one of them lives, and a while longer ({@link Payers}). Thread-safe.
 */
public final class Payer {
    private static final int ACCOUNTS = Account.values().length;

    /** How long who has wasted too much is let in no more. */
    private static final long REFUSED_NANOS = 10_000_000_000L;

    /** No time that a Ticker tells. */
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

    /** A trusted proxy, behind which many clients are: nothing is bounded by its address. */
    public boolean isProxy() {
        return proxy;
    }

    /** What it keeps in this account now. */
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

    /** It has wasted too much: for ten seconds from now it is let in no more. Never a proxy. */
    public void refuse(long nowNanos) {
        if (!proxy) {
            refusedUntilNanos.set(nowNanos + REFUSED_NANOS);
        }
    }

    /** Whether new connections and streams of it are to be refused for what it has wasted. */
    public boolean isRefused(long nowNanos) {
        long until = refusedUntilNanos.get();
        return until != NEVER && until - nowNanos > 0;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
