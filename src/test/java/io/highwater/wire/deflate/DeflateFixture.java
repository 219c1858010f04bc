package io.highwater.wire.deflate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.ManualExecutor;
import io.highwater.testing.RecordingWire;
import io.highwater.time.TimerWheel;
import io.highwater.wire.WireExtension;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** permessage-deflate of a node, with time and threads moved by hand. Confined to a test. */
final class DeflateFixture implements AutoCloseable {
    static final String OFFER = "permessage-deflate; client_max_window_bits";

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final ManualExecutor executor = new ManualExecutor();
    final List<BudgetStep> steps = new ArrayList<>();
    final Ledger ledger;
    final PermessageDeflate node;
    long sentPlain;
    long sentWire;

    DeflateFixture() {
        this(DeflateSettings.defaults(), 1L << 30);
    }

    DeflateFixture(DeflateSettings settings, long heapBytes) {
        this(settings, heapBytes, Map.of());
    }

    /**
     * @param mostBytes of the accounts that are bounded
     */
    DeflateFixture(DeflateSettings settings, long heapBytes, Map<Account, Long> mostBytes) {
        ledger = Ledgers.of(mostBytes, ticker);
        // Thousands of steps, each of which the observer hears of.
        ((Logger) LoggerFactory.getLogger(DeflateBudget.class)).setLevel(Level.ERROR);
        DeflateObserver observer =
                new DeflateObserver() {
                    @Override
                    public void onSent(int plainBytes, int wireBytes) {
                        sentPlain += plainBytes;
                        sentWire += wireBytes;
                    }

                    @Override
                    public void onStep(BudgetStep to) {
                        steps.add(to);
                    }
                };
        Book contexts = ledger.book(Account.CONTEXTS);
        node =
                new PermessageDeflate(
                        settings, heapBytes, contexts, wheel, executor, observer, LogLimit.none());
    }

    WireExtension open(DeflatePolicy policy, String offer) {
        return open(policy, offer, "10.0.0.1");
    }

    WireExtension open(DeflatePolicy policy, String offer, String address) {
        Payer payer = payer(address);
        WireExtension extension =
                Objects.requireNonNull(node.negotiate(List.of(offer), policy, payer));
        extension.attach(new RecordingWire(payer));
        return extension;
    }

    Payer payer(String address) {
        return Ledgers.payer(ledger, address);
    }

    WireExtension open(DeflatePolicy policy) {
        return open(policy, OFFER);
    }

    /** How many senders the budget knows to have a dictionary of their own. */
    int holders() {
        try {
            Field holders = DeflateBudget.class.getDeclaredField("holders");
            holders.setAccessible(true);
            return ((Collection<?>) holders.get(node.budget())).size();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        node.close();
    }
}
