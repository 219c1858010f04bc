package io.highwater.metrics;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What is in the accounts of the heap, and who was ended for it. Thread-safe. */
final class LimitsMetrics implements LimitsObserver {
    private static final String ACCOUNT = "account";

    private final Meters meters;

    /** Filled here and never changed: safe to read from any thread. */
    private final Map<Account, Counter> ended = new EnumMap<>(Account.class);

    LimitsMetrics(Meters meters) {
        this.meters = meters;
        for (Account account : Account.values()) {
            ended.put(account, meters.counter(Metric.ACCOUNT_ENDED, ACCOUNT, account.label()));
        }
    }

    /** Shows the accounts of this ledger. Once. */
    void watch(Ledger ledger) {
        for (Account account : Account.values()) {
            Book book = ledger.book(account);
            Tags tags = Tags.of(ACCOUNT, account.label());
            meters.gauge(Metric.ACCOUNT_BYTES, tags, book::bytes);
            meters.gauge(Metric.ACCOUNT_LIMIT_BYTES, tags, book::mostBytes);
        }
    }

    @Override
    public void onEnded(Account account, int debtors) {
        Objects.requireNonNull(ended.get(account)).increment(debtors);
    }
}
