package io.highwater.wire.deflate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.highwater.handshake.DeflatePolicy;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import io.highwater.wire.WireExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** permessage-deflate of a node, with time and threads moved by hand. Confined to a test. */
final class DeflateFixture implements AutoCloseable {
    static final String OFFER = "permessage-deflate; client_max_window_bits";

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final ManualExecutor executor = new ManualExecutor();
    final List<BudgetStep> steps = new ArrayList<>();
    final PermessageDeflate node;
    long sentPlain;
    long sentWire;

    DeflateFixture() {
        this(DeflateSettings.defaults(), 1L << 30);
    }

    DeflateFixture(DeflateSettings settings, long heapBytes) {
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
        node = new PermessageDeflate(settings, heapBytes, wheel, executor, observer);
    }

    WireExtension open(DeflatePolicy policy, String offer) {
        return Objects.requireNonNull(node.negotiate(List.of(offer), policy));
    }

    WireExtension open(DeflatePolicy policy) {
        return open(policy, OFFER);
    }

    @Override
    public void close() {
        node.close();
    }
}
