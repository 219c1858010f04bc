package io.highwater.handshake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.log.LogLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The leases that the rules take while they decide. In the end they are handed over to the session
 * or given back; a lease that is added later is given back at once. Thread-safe.
 */
final class HeldLeases {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLeases.class);

    private final LogLimit logs;

    /** Null once handed over or given back. */
    @GuardedBy("this")
    private @Nullable List<Lease> leases = new ArrayList<>(2);

    HeldLeases(LogLimit logs) {
        this.logs = logs;
    }

    void add(Lease lease) {
        addAsIs(new Once(lease, logs));
    }

    /**
     * Adds a lease that needs no wrapper: it keeps the contract of {@link Lease} and never throws.
     */
    void addAsIs(Lease lease) {
        synchronized (this) {
            if (leases != null) {
                leases.add(lease);
                return;
            }
        }
        lease.release();
    }

    /**
     * One lease for all of them. It lives as long as the session, so it is as small as possible and
     * refers to nothing of the request.
     */
    Lease handOver() {
        List<Lease> last = end();
        return switch (last.size()) {
            case 0 -> Lease.NONE;
            case 1 -> last.get(0);
            default -> new All(last.toArray(Lease[]::new));
        };
    }

    void release() {
        end().forEach(Lease::release);
    }

    private synchronized List<Lease> end() {
        List<Lease> last = leases;
        leases = null;
        return last == null ? List.of() : last;
    }

    /**
     * Wraps an application's lease, which may break the contract: releases it only once, and logs
     * what it throws.
     */
    private static final class Once extends AtomicReference<@Nullable Lease> implements Lease {
        private static final long serialVersionUID = 1;

        private final transient LogLimit logs;
        private final boolean mayBlock;

        Once(Lease lease, LogLimit logs) {
            super(lease);
            this.logs = logs;
            mayBlock = mayBlock(lease);
        }

        @Override
        public void release() {
            Lease lease = getAndSet(null);
            if (lease == null) {
                return;
            }
            try {
                lease.release();
            } catch (RuntimeException | Error e) {
                failed("release", e);
            }
        }

        private boolean mayBlock(Lease lease) {
            try {
                return lease.mayBlock();
            } catch (RuntimeException | Error e) {
                failed("mayBlock", e);
                return true;
            }
        }

        private void failed(String method, Throwable failure) {
            logs.say(LOG, Level.ERROR, "lease_failed", failure, "method", method);
        }

        @Override
        public boolean mayBlock() {
            return mayBlock;
        }
    }

    private static final class All implements Lease {
        private final Lease[] leases;
        private final boolean mayBlock;

        All(Lease[] leases) {
            this.leases = leases;
            this.mayBlock = Arrays.stream(leases).anyMatch(Lease::mayBlock);
        }

        @Override
        public void release() {
            for (Lease lease : leases) {
                lease.release();
            }
        }

        @Override
        public boolean mayBlock() {
            return mayBlock;
        }
    }
}
