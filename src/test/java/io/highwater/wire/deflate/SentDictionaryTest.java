package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sender's dictionary takes is counted once and given back once, whatever goes wrong. */
final class SentDictionaryTest {
    private static final int ROUNDS = 1_000;
    private static final int MEETINGS = 1_000;
    private static final long GUARD_SECONDS = 60;

    private final DeflateFixture fixture = new DeflateFixture();
    private final Corpus corpus = new Corpus(1);

    @AfterEach
    void close() {
        fixture.close();
    }

    private OutboundFrame message(int bytes) {
        return OutboundFrame.binary(ByteBuffer.wrap(corpus.json(bytes)));
    }

    /** The payer's account is asked in the middle of a message; once it throws. */
    private DeflateExtension failing(AtomicBoolean fails) {
        Payer payer = fixture.payer("10.0.0.1");
        RecordingWire real = new RecordingWire(payer);
        Wire wire =
                (Wire)
                        Proxy.newProxyInstance(
                                Wire.class.getClassLoader(),
                                new Class<?>[] {Wire.class},
                                (proxy, method, arguments) -> {
                                    if (method.getName().equals("payer")
                                            && fails.getAndSet(false)) {
                                        throw new StackOverflowError("thrown by a test");
                                    }
                                    try {
                                        return method.invoke(real, arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        DeflateExtension extension = open();
        extension.attach(wire);
        return extension;
    }

    private DeflateExtension open() {
        return (DeflateExtension)
                Objects.requireNonNull(
                        fixture.node.negotiate(
                                List.of(DeflateFixture.OFFER),
                                DeflatePolicy.CONTEXT_4K,
                                fixture.payer("10.0.0.1")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anErrorInTheMiddleOfAMessageGivesBackWhatItsDictionaryTook(boolean fragment) {
        AtomicBoolean fails = new AtomicBoolean();
        DeflateExtension extension = failing(fails);
        extension.outgoing(message(2_000));
        assertThat(fixture.node.contextBytes()).isPositive();
        fails.set(true);
        OutboundFrame next =
                fragment
                        ? OutboundFrame.fragment(
                                Opcode.BINARY,
                                OutboundFrame.Fin.MORE,
                                ByteBuffer.wrap(corpus.json(2_000)))
                        : message(2_000);
        assertThatThrownBy(() -> extension.outgoing(next)).isInstanceOf(StackOverflowError.class);
        assertThat(fixture.node.contextBytes()).isZero();
        extension.outgoing(message(2_000));
        assertThat(fixture.node.contextBytes()).isPositive();
        extension.close();
        assertThat(fixture.node.contextBytes()).isZero();
        assertThat(fixture.payer("10.0.0.1").bytes(Account.CONTEXTS)).isZero();
        assertThat(fixture.holders()).isZero();
    }

    private static final class Round {
        private final DeflateExtension extension;
        private final AtomicBoolean closing = new AtomicBoolean();
        private final CountDownLatch closed = new CountDownLatch(1);

        private Round(DeflateExtension extension) {
            this.extension = extension;
        }

        private void close() {
            if (closing.compareAndSet(false, true)) {
                extension.close();
                closed.countDown();
            }
        }
    }

    private volatile Round round;
    private volatile boolean over;

    /** The writer sends, two budgets take what they find, and one of the three ends the wire. */
    @Test
    void whatWriterAndBudgetsTakeAtOnceIsGivenBackOnce() throws Exception {
        ChannelContext channel = fixture.node.newChannel();
        List<OutboundFrame> own = List.of(message(300), message(600), message(300));
        round = new Round(open());
        Thread taker = new Thread(() -> take(0));
        Thread closer = new Thread(() -> take(7));
        taker.start();
        closer.start();
        for (int i = 0; i < ROUNDS; i++) {
            Round now = new Round(open());
            now.extension.attach(new RecordingWire(fixture.payer("10.0.0.1")));
            round = now;
            now.extension.outgoing(own.get(0));
            now.extension.outgoing(own.get(1));
            if (i % 2 == 0) {
                // Its dictionary is the channel's from here on.
                now.extension.outgoing(channel.share(own.get(2)));
            }
            now.extension.outgoing(own.get(i % 3));
            if (i % 4 > 0) {
                now.close();
            }
            assertThat(now.closed.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        over = true;
        taker.join();
        closer.join();
        channel.close();
        assertThat(fixture.node.contextBytes()).isZero();
        assertThat(fixture.payer("10.0.0.1").bytes(Account.CONTEXTS)).isZero();
        assertThat(fixture.holders()).isZero();
    }

    /**
     * @param looks after which it ends the wire; 0 for never
     */
    private void take(int looks) {
        Round last = null;
        int looked = 0;
        while (!over) {
            Round now = round;
            looked = now == last ? looked + 1 : 0;
            last = now;
            now.extension.giveUpIfIdleSince(Long.MAX_VALUE / 2);
            if (looks > 0 && looked >= looks) {
                now.close();
            }
        }
        last.close();
    }

    private final AtomicInteger turn = new AtomicInteger();

    /** Where two give up the same dictionary, the one that comes late leaves nothing behind. */
    @Test
    void whatTwoGiveUpAtOnceIsNotHeldWhenTheWireIsOver() throws Exception {
        OutboundFrame own = message(300);
        round = new Round(open());
        Thread other = new Thread(this::giveUpInTurn);
        other.start();
        for (int i = 0; i < MEETINGS; i++) {
            Round now = new Round(open());
            now.extension.attach(new RecordingWire(fixture.payer("10.0.0.1")));
            now.extension.outgoing(own);
            round = now;
            turn.set(1);
            now.extension.giveUpIfIdleSince(Long.MAX_VALUE / 2);
            while (turn.get() != 0) {
                Thread.yield();
            }
            now.close();
        }
        over = true;
        other.join();
        assertThat(fixture.node.contextBytes()).isZero();
        assertThat(fixture.holders()).isZero();
    }

    private void giveUpInTurn() {
        while (!over) {
            if (turn.get() == 1) {
                round.extension.giveUpIfIdleSince(Long.MAX_VALUE / 2);
                turn.set(0);
            } else {
                Thread.yield();
            }
        }
    }

    @Test
    void whoeverIsToldOfTheBudgetMayThrowAndTheNextLookComes() {
        StrayBudget stray = new StrayBudget();
        stray.budget.add(null, StrayBudget.BUDGET + 1);
        assertThat(stray.told).isEqualTo(2);
        stray.pass();
        assertThat(stray.looks).as("a look, though the step could not be told").isEqualTo(1);
        stray.refuses = true;
        stray.pass();
        assertThat(stray.looks).as("the executor threw").isEqualTo(1);
        stray.pass();
        assertThat(stray.looks).isEqualTo(2);
        stray.refuses = true;
        stray.budget.add(null, 2 * StrayBudget.BUDGET);
        assertThat(stray.budget.step()).isEqualTo(BudgetStep.OFF);
        stray.pass();
        assertThat(stray.looks).isEqualTo(3);
    }

    /** A budget whose observer always throws, and whose executor does when told. */
    private static final class StrayBudget {
        static final int BUDGET = 1_000;

        final FakeTicker ticker = new FakeTicker();
        final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        int told;
        int looks;
        boolean refuses;

        final DeflateBudget budget =
                new DeflateBudget(
                        BUDGET,
                        Ledger.unbounded().book(Account.CONTEXTS),
                        wheel,
                        task -> {
                            if (refuses) {
                                refuses = false;
                                throw new RejectedExecutionException("thrown by a test");
                            }
                            looks++;
                            task.run();
                        },
                        new DeflateObserver() {
                            @Override
                            public void onContexts(int grownBytes) {
                                told++;
                                throw new NoClassDefFoundError("thrown by a test");
                            }

                            @Override
                            public void onStep(BudgetStep to) {
                                told++;
                                throw new IllegalStateException("thrown by a test");
                            }
                        },
                        LogLimit.none());

        /** A second and a bit; what a timer throws is the timers' thread's to survive. */
        void pass() {
            for (int i = 0; i < 3; i++) {
                try {
                    ticker.advance(Duration.ofMillis(350), wheel);
                } catch (RuntimeException e) {
                    wheel.advance(ticker.nanoTime());
                }
            }
        }
    }
}
