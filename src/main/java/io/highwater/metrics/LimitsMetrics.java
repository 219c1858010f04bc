package io.highwater.metrics;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Deadline;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Refusal;
import io.highwater.limits.TcpConnections;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Shows the accounts of the heap, and counts what was ended because one was full. Thread-safe. */
final class LimitsMetrics implements LimitsObserver {
    private static final String ACCOUNT = "account";

    /** The statuses that Jetty's parser and the handshake rules answer with. */
    private static final List<Integer> BAD_REQUESTS =
            List.of(400, 408, 414, 417, 426, 429, 431, 505);

    private final Meters meters;

    /** Filled by the constructor and never changed: safe to read from any thread. */
    private final Map<Account, Counter> ended = new EnumMap<>(Account.class);

    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
    private final Map<Deadline, Counter> deadlines = new EnumMap<>(Deadline.class);
    private final Map<Integer, Counter> badRequests = new HashMap<>();
    private final Counter otherBadRequests;
    private final Counter requests;

    LimitsMetrics(Meters meters) {
        this.meters = meters;
        for (Account account : Account.values()) {
            ended.put(account, meters.counter(Metric.ACCOUNT_ENDED, ACCOUNT, account.label()));
        }
        for (Refusal refusal : Refusal.values()) {
            refused.put(
                    refusal, meters.counter(Metric.CONNECTIONS_REFUSED, "reason", refusal.label()));
        }
        for (Deadline deadline : Deadline.values()) {
            deadlines.put(deadline, meters.counter(Metric.DEADLINES, "deadline", deadline.label()));
        }
        for (int status : BAD_REQUESTS) {
            badRequests.put(status, badRequests(Integer.toString(status)));
        }
        otherBadRequests = badRequests("other");
        requests = meters.counter(Metric.REQUESTS_REFUSED);
    }

    private Counter badRequests(String status) {
        return meters.counter(Metric.BAD_REQUESTS, "status", status);
    }

    /** Shows the accounts of this ledger and the number of connections. Must be called once. */
    void watch(Ledger ledger, TcpConnections connections) {
        meters.gauge(Metric.TCP_CONNECTIONS, Tags.empty(), connections::open);
        meters.gauge(
                Metric.TCP_CONNECTIONS_LIMIT,
                Tags.empty(),
                () -> connections.limits().tcp().most());
        meters.gauge(Metric.TLS_CONNECTIONS, Tags.empty(), connections::openTls);
        meters.gauge(
                Metric.TLS_CONNECTIONS_LIMIT,
                Tags.empty(),
                () -> connections.limits().tls().most());
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

    @Override
    public void onConnectionRefused(Refusal refusal) {
        Objects.requireNonNull(refused.get(refusal)).increment();
    }

    @Override
    public void onRequestRefused() {
        requests.increment();
    }

    @Override
    public void onBadRequest(int status) {
        badRequests.getOrDefault(status, otherBadRequests).increment();
    }

    @Override
    public void onDeadline(Deadline deadline) {
        Objects.requireNonNull(deadlines.get(deadline)).increment();
    }
}
