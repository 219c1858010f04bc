package io.highwater.session;

import io.highwater.limits.Account;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import java.util.AbstractCollection;
import java.util.Iterator;

/**
 * The open sessions as debtors of the account of names, for their subscriptions. Nothing is kept
 * for this: the account looks only when it is full. Thread-safe.
 */
final class SubscribedSessions extends AbstractCollection<Debtor> {
    /**
     * What the hub and the log keep of a channel that nobody else subscribes to, without its name;
     * they give it back soon after. Measured.
     */
    private static final int CHANNEL_BYTES = 500;

    private final SessionRegistry registry;

    SubscribedSessions(SessionRegistry registry) {
        this.registry = registry;
    }

    @Override
    public int size() {
        return registry.size();
    }

    @Override
    public Iterator<Debtor> iterator() {
        return registry.all().stream().<Debtor>map(Subscribed::new).iterator();
    }

    private record Subscribed(Session session) implements Debtor {
        @Override
        public Payer payer() {
            return session.payer();
        }

        /** As if no channel were another's too: so rather fewer are ended at once than too many. */
        @Override
        public long keptBytes() {
            Subscriptions all = session.subscriptions();
            return all.bytes() + (long) all.size() * CHANNEL_BYTES;
        }

        @Override
        public long ageNanos(long nowNanos) {
            return session.wire().activity().ageNanos();
        }

        @Override
        public boolean end(Account account) {
            return session.endForNames();
        }
    }
}
