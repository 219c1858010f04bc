package io.highwater.wire.deflate;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * permessage-deflate of one node: negotiates, and holds what all its sessions share, the native
 * coders and the budget. Thread-safe.
 */
public final class PermessageDeflate implements AutoCloseable {
    /** So many threads can be within a coder at once, among them some that were just preempted. */
    private static final int SPARE_PER_PROCESSOR = 4;

    /** No limit but that of an array. */
    static final int MOST_BYTES = Integer.MAX_VALUE / 2;

    private final DeflateSettings settings;
    private final DeflateObserver observer;
    private final LogLimit logs;
    private final DeflateBudget budget;
    private final Deflaters deflaters;
    private final Pool<RawInflater> inflaters;

    /** Each kind once, as kinds are few and sessions many. */
    private final Map<Agreement, Agreement> agreements = new ConcurrentHashMap<>();

    /**
     * @param heapBytes the largest heap there may be
     * @param contexts the account of contexts
     * @param executor runs what the timers' thread has no time for
     * @param logs bounds what is said of an observer that throws
     */
    public PermessageDeflate(
            DeflateSettings settings,
            long heapBytes,
            Book contexts,
            TimerWheel wheel,
            Executor executor,
            DeflateObserver observer,
            LogLimit logs) {
        this.settings = settings;
        this.observer = observer;
        this.logs = logs;
        budget =
                new DeflateBudget(
                        (long) (settings.heapFraction() * heapBytes),
                        contexts,
                        wheel,
                        executor,
                        observer,
                        logs);
        int spare = SPARE_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
        deflaters = new Deflaters(settings, spare);
        inflaters = new Pool<>(spare, RawInflater::new);
    }

    /**
     * Agrees with a client on what a new wire sends and receives by.
     *
     * @param offers the values of the request's Sec-WebSocket-Extensions, in their order
     * @param payer the client's address
     * @return null where permessage-deflate is declined
     */
    public @Nullable WireExtension negotiate(
            List<String> offers, DeflatePolicy policy, Payer payer) {
        Agreement agreement =
                DeflateNegotiator.negotiate(
                        offers, budget.limit(policy, payer), budget.mayKeepAll(payer));
        if (agreement == null) {
            return null;
        }
        Agreement shared = agreements.putIfAbsent(agreement, agreement);
        return new DeflateExtension(this, shared == null ? agreement : shared);
    }

    /** For a channel: compresses for all its subscribers at once. */
    public ChannelContext newChannel() {
        return new ChannelContext(this);
    }

    /** Bytes of heap that contexts take now. */
    public long contextBytes() {
        return budget.bytes();
    }

    /** The sessions have ended or are about to. */
    @Override
    public void close() {
        budget.stop();
        deflaters.close();
        inflaters.close();
    }

    DeflateBudget budget() {
        return budget;
    }

    /** A message is on its way: what the observer throws must not end the session. */
    void sent(int plainBytes, int wireBytes) {
        try {
            observer.onSent(plainBytes, wireBytes);
        } catch (RuntimeException | Error e) {
            logs.untold(DeflateBudget.OBSERVER, e);
        }
    }

    void received(int plainBytes, int wireBytes) {
        try {
            observer.onReceived(plainBytes, wireBytes);
        } catch (RuntimeException | Error e) {
            logs.untold(DeflateBudget.OBSERVER, e);
        }
    }

    Pool<RawInflater> inflaters() {
        return inflaters;
    }

    /** Whether a message is long enough, and does not look compressed already. */
    boolean isWorthTrying(ByteBuffer text) {
        return text.hasRemaining()
                && text.remaining() >= settings.minBytes()
                && !Sampler.looksRandom(text);
    }

    /**
     * A whole message, compressed.
     *
     * @param text left as it is; not empty
     * @param most bytes that it may take
     * @return null where it would take more
     */
    @Nullable OutboundFrame deflate(
            Dictionary dictionary, Opcode opcode, ByteBuffer text, int windowBytes, int most) {
        Pool<RawDeflater> pool = deflaters.of(text.remaining(), windowBytes);
        RawDeflater deflater = pool.acquire();
        try {
            int length = deflater.deflate(dictionary, text, windowBytes, most);
            return length < 0
                    ? null
                    : OutboundFrame.extended(
                            opcode,
                            OutboundFrame.Fin.LAST,
                            ByteBuffer.wrap(deflater.out(), 0, length));
        } finally {
            deflater.shrink();
            pool.release(deflater);
        }
    }

    /** A fragment, compressed whatever it takes. */
    OutboundFrame deflateFragment(Dictionary dictionary, OutboundFrame fragment, int windowBytes) {
        ByteBuffer text = fragment.payload();
        OutboundFrame.Fin fin = fragment.fin();
        Pool<RawDeflater> pool = deflaters.of(text.remaining(), windowBytes);
        RawDeflater deflater = pool.acquire();
        try {
            int length =
                    fin == OutboundFrame.Fin.LAST
                            ? deflater.deflate(dictionary, text, windowBytes, MOST_BYTES)
                            : deflater.flush(dictionary, text, windowBytes, MOST_BYTES);
            ByteBuffer payload = ByteBuffer.wrap(deflater.out(), 0, length);
            return OutboundFrame.extended(fragment.opcode(), fin, payload);
        } finally {
            deflater.shrink();
            pool.release(deflater);
        }
    }
}
