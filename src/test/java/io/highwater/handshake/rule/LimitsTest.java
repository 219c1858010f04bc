package io.highwater.handshake.rule;

import static io.highwater.testing.FakeUpgradeRequest.extendedConnect;
import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static io.highwater.testing.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.limits.Account;
import io.highwater.limits.AddressBlock;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.testing.FakeUpgradeRequest;
import io.highwater.testing.FakeUpgradeRequest.FakeScope;
import io.highwater.testing.Ledgers;
import io.highwater.testing.RulesContainer;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Of {@link ConnectionsRule} and {@link RateRule}. */
final class LimitsTest {
    @Test
    void aFullNodeIs503UntilASessionGivesItsPlaceBack() {
        try (RulesContainer rules = new RulesContainer(settings().connections(2, 0).build())) {
            Accepted first = rules.accept(upgrade());
            rules.accept(extendedConnect());
            Rejected full = rules.reject(upgrade());
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.outcome()).isEqualTo("connections");
            assertThat(full.retryAfter()).isEqualTo(Duration.ofSeconds(10));
            first.lease().release();
            first.lease().release();
            assertThat(rules.placesTaken()).isEqualTo(1);
            rules.accept(upgrade());
            rules.reject(upgrade());
        }
    }

    /** As where memory runs out between the two. */
    @Test
    void aPlaceThatCannotBeHadIsNotTaken() {
        ConnectionPlaces places = new ConnectionPlaces(settings().connections(10, 2).build());
        assertThatThrownBy(() -> places.take(null)).isInstanceOf(NullPointerException.class);
        assertThat(places.taken()).isZero();
    }

    @Test
    void aFullAddressIs503AndTheOthersAreServed() {
        try (RulesContainer rules = new RulesContainer(settings().connections(10, 2).build())) {
            Accepted first = rules.accept(upgrade().from("2001:db8:0:1::1"));
            rules.accept(upgrade().from("2001:db8:0:1::2"));
            Rejected full = rules.reject(upgrade().from("2001:db8:0:1::3"));
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.outcome()).isEqualTo("connections_per_ip");
            assertThat(full.retryAfter()).isEqualTo(Duration.ofSeconds(10));
            assertThat(rules.placesTaken()).isEqualTo(2);
            rules.accept(upgrade().from("2001:db8:0:2::1"));
            first.lease().release();
            rules.accept(upgrade().from("2001:db8:0:1::3"));
        }
    }

    @Test
    void whoHasFilledAnAccountIs503AndTheOthersAreServed() throws Exception {
        try (RulesContainer rules = new RulesContainer(settings().build())) {
            Book queues = rules.ledger.book(Account.OUTBOUND);
            Payer greedy = rules.ledger.payers().of(InetAddress.getByName("198.51.100.1"));
            queues.add(greedy, queues.mostBytesOfAddress());

            Rejected full = rules.reject(upgrade().from("198.51.100.1"));
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.outcome()).isEqualTo("memory");
            assertThat(full.retryAfter()).isEqualTo(Duration.ofSeconds(2));
            rules.accept(upgrade().from("198.51.100.2"));

            queues.add(greedy, -queues.mostBytesOfAddress());
            rules.accept(upgrade().from("198.51.100.1"));
        }
    }

    @Test
    void noLimitIsNoLimitAndNoTable() {
        try (RulesContainer rules =
                new RulesContainer(settings().rate(1, 1_000).connections(0, 0).build())) {
            for (int i = 0; i < 1_000; i++) {
                rules.accept(upgrade());
            }
            assertThat(rules.placesTaken()).isEqualTo(1_000);
            assertThat(rules.get(ConnectionPlaces.class).addresses()).isZero();
        }
    }

    @Test
    void manyAddressesThatTakeAllTheyCanLeaveSomeForOthers() {
        ConnectionPlaces places = new ConnectionPlaces(settings().connections(100, 25).build());
        for (int i = 0; i < 25; i++) {
            for (int address = 1; address <= 8; address++) {
                places.take(new AddressBlock(false, address));
            }
        }
        assertThat(places.taken()).isEqualTo(97);
        assertThat(places.take(new AddressBlock(false, 1))).isEqualTo(ConnectionPlaces.Full.SHARE);
        for (int i = 0; i < 3; i++) {
            assertThat(places.take(new AddressBlock(false, 9))).isInstanceOf(Lease.class);
        }
        assertThat(places.take(new AddressBlock(false, 10))).isEqualTo(ConnectionPlaces.Full.NODE);
        assertThat(places.addresses()).isEqualTo(9);
    }

    @Test
    void placesAreNeverMoreThanTheLimitHoweverManyAskAtOnce() throws Exception {
        ConnectionPlaces places = new ConnectionPlaces(settings().connections(5, 3).build());
        AddressBlock one = new AddressBlock(false, 1);
        AddressBlock other = new AddressBlock(false, 2);
        AtomicInteger held = new AtomicInteger();
        AtomicInteger heldOfOne = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger mostOfOne = new AtomicInteger();
        int threads = 8;
        CountDownLatch start = new CountDownLatch(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                AddressBlock mine = t % 2 == 0 ? one : other;
                runs.add(
                        pool.submit(
                                () -> {
                                    start.countDown();
                                    start.await();
                                    for (int i = 0; i < 20_000; i++) {
                                        if (places.take(mine) instanceof Lease place) {
                                            most.accumulateAndGet(
                                                    held.incrementAndGet(), Math::max);
                                            if (mine == one) {
                                                mostOfOne.accumulateAndGet(
                                                        heldOfOne.incrementAndGet(), Math::max);
                                                heldOfOne.decrementAndGet();
                                            }
                                            held.decrementAndGet();
                                            place.release();
                                        }
                                    }
                                    return null;
                                }));
            }
            for (Future<?> run : runs) {
                run.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(most).hasValueBetween(1, 5);
        assertThat(mostOfOne).hasValueBetween(1, 3);
        assertThat(places.taken()).isZero();
        assertThat(places.addresses()).isZero();
    }

    @Test
    void anAddressThatComesTooOftenIs429UntilItsBucketRefills() {
        try (RulesContainer rules = new RulesContainer(settings().rate(20, 40).build())) {
            for (int i = 0; i < 40; i++) {
                rules.accept(upgrade());
            }
            Rejected rejected = rules.reject(upgrade());
            assertThat(rejected.status()).isEqualTo(429);
            assertThat(rejected.outcome()).isEqualTo("rate_per_ip");
            assertThat(rejected.retryAfter()).isEqualTo(Duration.ofMillis(50));
            rules.accept(upgrade().from("198.51.100.8"));
            rules.advance(Duration.ofMillis(49)); // over the wrap of the fake clock
            assertThat(rules.reject(upgrade()).retryAfter()).isEqualTo(Duration.ofMillis(1));
            rules.advance(Duration.ofMillis(1));
            rules.accept(upgrade());
            rules.reject(upgrade());
            rules.advance(Duration.ofHours(1));
            for (int i = 0; i < 40; i++) {
                rules.accept(upgrade());
            }
            rules.reject(upgrade());
            rules.advance(Duration.ofMillis(50));
            rules.accept(upgrade());
        }
    }

    @Test
    void aSlowRateSaysHowLongItReallyTakes() {
        try (RulesContainer rules = new RulesContainer(settings().rate(1, 1).build())) {
            rules.accept(upgrade());
            assertThat(rules.reject(upgrade()).retryAfter()).isEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void behindATrustedProxyTheClientsAddressPays() {
        HandshakeSettings settings = settings().rate(1, 1).proxies("10.0.0.1").build();
        try (RulesContainer rules = new RulesContainer(settings)) {
            FakeUpgradeRequest proxied = upgrade().from("10.0.0.1");
            Accepted accepted = rules.accept(proxied.header("X-Forwarded-For", "192.0.2.1"));
            assertThat(accepted.clientAddress()).isEqualTo(Ledgers.address("192.0.2.1"));
            rules.accept(proxied.header("X-Forwarded-For", "192.0.2.2"));
            rules.reject(proxied.header("X-Forwarded-For", "192.0.2.1"));
            rules.accept(upgrade().from("10.0.0.2").header("X-Forwarded-For", "192.0.2.3"));
            rules.reject(upgrade().from("10.0.0.2").header("X-Forwarded-For", "192.0.2.4"));
        }
    }

    @Test
    void furtherStreamsOfAnAdmittedConnectionHaveTheirOwnBucket() {
        HandshakeSettings settings = settings().rate(1, 2).streams(10, 5).build();
        try (RulesContainer rules = new RulesContainer(settings)) {
            FakeScope connection = new FakeScope();
            for (int i = 0; i < 6; i++) { // the address pays the first
                rules.accept(extendedConnect().on(connection));
            }
            Rejected rejected = rules.reject(extendedConnect().on(connection));
            assertThat(rejected.status()).isEqualTo(429);
            assertThat(rejected.outcome()).isEqualTo("streams_per_second");
            assertThat(rejected.retryAfter()).isEqualTo(Duration.ofMillis(100));
            rules.advance(Duration.ofMillis(100));
            rules.accept(extendedConnect().on(connection));
            rules.accept(extendedConnect().on(new FakeScope()));
            assertThat(rules.reject(extendedConnect().on(new FakeScope())).outcome())
                    .isEqualTo("rate_per_ip");
        }
    }

    @Test
    void streamsOnAProxysConnectionArePaidByTheirOwnClients() {
        HandshakeSettings settings = settings().rate(1, 1).proxies("10.0.0.1").build();
        try (RulesContainer rules = new RulesContainer(settings)) {
            FakeUpgradeRequest proxied = extendedConnect().from("10.0.0.1").on(new FakeScope());
            rules.accept(proxied.header("X-Forwarded-For", "192.0.2.1"));
            rules.accept(proxied.header("X-Forwarded-For", "192.0.2.2"));
            assertThat(rules.reject(proxied.header("X-Forwarded-For", "192.0.2.1")).outcome())
                    .isEqualTo("rate_per_ip");
        }
    }

    @Test
    void aRefusedStreamEndsTheAdmissionOfItsConnection() {
        HandshakeSettings settings = settings().rate(1, 3).build();
        try (RulesContainer rules = new RulesContainer(settings)) {
            FakeScope connection = new FakeScope();
            rules.accept(extendedConnect().on(connection));
            rules.accept(extendedConnect().on(connection));
            for (int i = 0; i < 3; i++) { // one as a further stream, then the address pays
                rules.reject(extendedConnect().on(connection).origin("null"));
            }
            assertThat(rules.reject(extendedConnect().on(connection)).outcome())
                    .isEqualTo("rate_per_ip");
            rules.advance(Duration.ofSeconds(1));
            rules.accept(extendedConnect().on(connection));
            rules.accept(extendedConnect().on(connection));
        }
    }

    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Stumbling {}

    /** Throws where the others answer. */
    @Stumbling
    @Interceptor
    @Priority(HandshakePriorities.PATH + 10)
    static class StumblingRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            if (attempt.request().header("X-Stumble") != null) {
                throw new IllegalStateException("thrown by a test");
            }
            return next.decide();
        }
    }

    @Test
    void aStreamWhoseRuleThrowsEndsTheAdmissionToo() {
        HandshakeSettings settings = settings().rate(1, 1).build();
        try (RulesContainer rules = new RulesContainer(settings, StumblingRule.class)) {
            FakeScope connection = new FakeScope();
            rules.accept(extendedConnect().on(connection));
            assertThat(rules.reject(extendedConnect().on(connection).header("X-Stumble", "1")))
                    .returns("error", Rejected::outcome);
            assertThat(rules.reject(extendedConnect().on(connection)).outcome())
                    .isEqualTo("rate_per_ip");
        }
    }

    @Test
    void anHttp1ConnectionPaysEachTimeAndKeepsNothing() {
        try (RulesContainer rules = new RulesContainer(settings().rate(1, 2).build())) {
            FakeScope connection = new FakeScope();
            rules.reject(upgrade().on(connection).route(null));
            rules.accept(upgrade().on(connection));
            assertThat(rules.reject(upgrade().on(connection)).outcome()).isEqualTo("rate_per_ip");
            assertThat(connection.isEmpty()).isTrue();
        }
    }

    @Test
    void theTableOfAddressesIsBoundedAndForgets() {
        long[] nanos = {Long.MAX_VALUE - 1_000};
        AddressRates rates = new AddressRates(settings().rate(20, 40).build(), () -> nanos[0]);
        for (int i = 0; i < AddressRates.MAX_ADDRESSES + 5_000; i++) {
            assertThat(rates.admit(new AddressBlock(true, i))).isZero();
        }
        assertThat(rates.addresses()).isEqualTo(AddressRates.MAX_ADDRESSES);
        nanos[0] += Duration.ofMillis(2_900).toNanos();
        assertThat(rates.addresses()).isEqualTo(AddressRates.MAX_ADDRESSES);
        nanos[0] += Duration.ofMillis(101).toNanos();
        assertThat(rates.addresses()).isZero();
    }

    @Test
    void anIpv6ClientCannotChangeItsAddressWithinItsSlash64() {
        long[] nanos = {0};
        AddressRates rates = new AddressRates(settings().rate(1, 3).build(), () -> nanos[0]);
        for (int i = 1; i <= 3; i++) {
            assertThat(rates.admit(block("2001:db8::" + i))).isZero();
        }
        assertThat(rates.admit(block("2001:db8::4"))).isEqualTo(1_000_000_000L);
        assertThat(rates.admit(block("2001:db8:0:1::4"))).isZero();
    }

    private static AddressBlock block(String address) {
        return AddressBlock.of(Ledgers.address(address));
    }
}
