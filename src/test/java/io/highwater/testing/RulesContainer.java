package io.highwater.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.rule.HandshakeBeans;
import io.highwater.identity.Tokens;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A real container with the rules as they are discovered, and the rules of a team. */
public final class RulesContainer implements AutoCloseable {
    public final List<String> outcomes = new CopyOnWriteArrayList<>();
    public final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 30_000_000);
    private final HandshakeBeans beans;
    private final SeContainer container;
    private final Handshake handshake;

    /** What sessions keep, for a test to fill. */
    public final Ledger ledger =
            new Ledger(
                    LimitSettings.defaults(),
                    1 << 30,
                    new Payers(AddressLimits.defaults(), address -> false, nanos::get),
                    LimitsObserver.NONE,
                    nanos::get,
                    LogLimit.none());

    public RulesContainer(HandshakeSettings settings, Class<?>... teamClasses) {
        this(settings, null, null, teamClasses);
    }

    public RulesContainer(
            HandshakeSettings settings, HandshakeObserver observer, Class<?>... teamClasses) {
        this(settings, observer, null, teamClasses);
    }

    public RulesContainer(
            HandshakeSettings settings,
            HandshakeObserver observer,
            Tokens tokens,
            Class<?>... teamClasses) {
        HandshakeObserver recording =
                new HandshakeObserver() {
                    @Override
                    public void onDecided(String outcome) {
                        outcomes.add(outcome);
                    }
                };
        beans =
                new HandshakeBeans(
                        settings,
                        observer == null ? recording : observer,
                        tokens,
                        ledger,
                        nanos::get,
                        LogLimit.none());
        container =
                SeContainerInitializer.newInstance()
                        .addExtensions(new OnlyHandshakes(), beans)
                        .addBeanClasses(teamClasses)
                        .initialize();
        handshake = container.select(Handshake.class).get();
    }

    public CompletionStage<UpgradeDecision> ask(UpgradeRequest request) {
        return handshake.decide(request);
    }

    public UpgradeDecision decide(UpgradeRequest request) {
        try {
            return ask(request).toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("decide failed", e);
        }
    }

    public Accepted accept(UpgradeRequest request) {
        UpgradeDecision decision = decide(request);
        assertThat(decision).isInstanceOf(Accepted.class);
        return (Accepted) decision;
    }

    public Rejected reject(UpgradeRequest request) {
        UpgradeDecision decision = decide(request);
        assertThat(decision).isInstanceOf(Rejected.class);
        return (Rejected) decision;
    }

    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    public <T> T get(Class<T> type) {
        return container.select(type).get();
    }

    public int placesTaken() {
        return beans.connections();
    }

    @Override
    public void close() {
        container.close();
    }

    /** The other packages' beans need what these tests have not. */
    static final class OnlyHandshakes implements Extension {
        <T> void veto(@Observes ProcessAnnotatedType<T> event) {
            Class<T> type = event.getAnnotatedType().getJavaClass();
            if (!type.getName().startsWith("io.highwater.handshake.")) {
                event.veto();
            }
        }
    }
}
