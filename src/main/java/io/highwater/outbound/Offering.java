package io.highwater.outbound;

import io.highwater.outbound.OverflowRule.Verdict;
import io.highwater.wire.OutboundFrame;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the offers to the queues of one route: under the queue's lock an offer makes its
 * caller the writer, is queued, is refused, or ends the queue; under no lock the caller then writes
 * it, or tells what came of it. Immutable; thread-safe.
 */
final class Offering {
    private final OutboundSettings settings;
    private final OverflowRule rule;
    private final LatencySample sample;
    private final OutboundNode node;
    private final Callbacks callbacks;
    private final Writing writing;
    private final Ending ending;

    /** Of messages that are offered one by one; null unless the route's policy is LATEST. */
    private final @Nullable LatestSeries<Object> series;

    Offering(
            OutboundSettings settings,
            OverflowRule rule,
            LatencySample sample,
            OutboundNode node,
            Callbacks callbacks,
            Writing writing,
            Ending ending) {
        this.settings = settings;
        this.rule = rule;
        this.sample = sample;
        this.node = node;
        this.callbacks = callbacks;
        this.writing = writing;
        this.ending = ending;
        this.series =
                settings.policy() == OverflowPolicy.LATEST
                        ? new UntoldSeries(settings.latestCount())
                        : null;
    }

    /** As {@link SendQueue#offer(OutboundFrame, String, SendCompletion)}. */
    OfferResult offer(
            SendQueue queue,
            OutboundFrame frame,
            @Nullable String key,
            @Nullable SendCompletion completion) {
        long sampledNanos = sample.nanos(node.ticker());
        boolean droppable = series != null && frame.isWholeMessage();
        Admission admission = admit(queue, frame, key, droppable, completion, sampledNanos);
        return admission == Admission.DIRECT
                ? writing.direct(
                        queue,
                        frame,
                        1,
                        droppable ? Hold.DROPPABLE : Hold.KEPT,
                        completion,
                        sampledNanos)
                : answer(queue, admission, completion);
    }

    /** As {@link SendQueue#offerPart}. */
    OfferResult offerPart(
            SendQueue queue,
            Parts parts,
            OutboundFrame frame,
            @Nullable SendCompletion completion) {
        long sampledNanos = sample.nanos(node.ticker());
        Admission admission = admitPart(queue, parts, frame, completion, sampledNanos);
        return admission == Admission.DIRECT
                ? writing.direct(queue, frame, 1, Hold.KEPT, completion, sampledNanos)
                : answer(queue, admission, completion);
    }

    /**
     * As {@link SendQueue#offerUnless}.
     *
     * @param before what the client is told before the turn
     * @param stopped null where nobody may stop it
     */
    <P> OfferResult offer(
            SendQueue queue,
            @Nullable SkipNotice<P> before,
            OutboundTurn<P> turn,
            @Nullable LatestSeries<P> of,
            @Nullable BooleanSupplier stopped) {
        long sampledNanos = sample.nanos(turn.sinceNanos());
        Admission admission = admit(queue, before, turn, of, stopped, sampledNanos);
        if (admission != Admission.DIRECT) {
            return answer(queue, admission, null);
        }
        OutboundFrame notice = before == null ? null : before.toWrite();
        if (notice == null) {
            int messages = turn.messages().size();
            Hold hold = of == null ? Hold.KEPT : Hold.DROPPABLE;
            return writing.direct(queue, turn.joined(), messages, hold, null, sampledNanos);
        }
        // The caller is the writer for one write; what follows the notice is offered again.
        writing.direct(queue, notice, 1, Hold.KEPT, null, 0);
        return offer(queue, null, turn, of, stopped);
    }

    /** As {@link SendQueue#offerWhole}. */
    <P> OfferResult offerWhole(
            SendQueue queue,
            @Nullable BooleanSupplier stopped,
            OutboundTurn<P> turn,
            @Nullable LogSeries<P> of,
            @Nullable SendCompletion completion) {
        long sampledNanos = sample.nanos(turn.sinceNanos());
        Admission admission = admitWhole(queue, stopped, turn, of, completion, sampledNanos);
        return admission == Admission.DIRECT
                ? writing.direct(
                        queue,
                        turn.joined(),
                        turn.messages().size(),
                        of == null ? Hold.KEPT : Hold.LOGGED,
                        completion,
                        sampledNanos)
                : answer(queue, admission, completion);
    }

    // Under the lock.

    private Admission admit(
            SendQueue queue,
            OutboundFrame frame,
            @Nullable String key,
            boolean droppable,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        synchronized (queue) {
            if (queue.becomeWriter(null)) {
                return Admission.DIRECT;
            }
            Admission admission = judge(queue, 1, frame.bytes(), droppable);
            if (!admission.isQueued()) {
                return admission;
            }
            Droppable<?> drop =
                    droppable && series != null ? new Droppable<>(series, key, series) : null;
            int messages = queue.queuedMessages();
            long bytes = queue.queuedBytes();
            queue.add(new Queued(frame, completion, sampledNanos, drop), admission);
            return thin(queue, admission, messages, bytes);
        }
    }

    private Admission admitPart(
            SendQueue queue,
            Parts parts,
            OutboundFrame frame,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        synchronized (queue) {
            if (queue.becomeWriter(parts)) {
                queue.contents().partLeaves(queue, parts, frame, queue.nowNanos());
                return Admission.DIRECT;
            }
            Admission admission = judge(queue, 1, frame.bytes(), false);
            if (!admission.isQueued()) {
                return admission;
            }
            int messages = queue.queuedMessages();
            long bytes = queue.queuedBytes();
            queue.add(new QueuedPart(frame, parts, completion, sampledNanos), admission);
            return thin(queue, admission, messages, bytes);
        }
    }

    /** All messages of the turn, or none. */
    private <P> Admission admit(
            SendQueue queue,
            @Nullable SkipNotice<P> before,
            OutboundTurn<P> turn,
            @Nullable LatestSeries<P> of,
            @Nullable BooleanSupplier stopped,
            long sampledNanos) {
        synchronized (queue) {
            if (stopped != null && stopped.getAsBoolean()) {
                return Admission.CLOSED;
            }
            if (queue.becomeWriter(null)) {
                return Admission.DIRECT;
            }
            List<TurnMessage<P>> offered = turn.messages();
            Admission admission = judge(queue, offered.size(), turn.joined().bytes(), of != null);
            if (!admission.isQueued()) {
                return admission;
            }
            int messages = queue.queuedMessages();
            long bytes = queue.queuedBytes();
            if (before != null) {
                queue.contents().add(before);
            }
            long sampled = sampledNanos;
            for (TurnMessage<P> message : offered) {
                Droppable<P> drop = of == null ? null : new Droppable<>(of, message);
                queue.add(new Queued(message.frame(), null, sampled, drop), admission);
                sampled = 0;
            }
            return thin(queue, admission, messages, bytes);
        }
    }

    private <P> Admission admitWhole(
            SendQueue queue,
            @Nullable BooleanSupplier stopped,
            OutboundTurn<P> turn,
            @Nullable LogSeries<P> of,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        synchronized (queue) {
            if (queue.isClosing()) {
                return Admission.CLOSED;
            }
            // Before the offer may be stopped: see DemotableSubscription.
            if (of != null && of.isCut()) {
                return Admission.TOO_EARLY;
            }
            if (stopped != null && stopped.getAsBoolean()) {
                return Admission.CLOSED;
            }
            if (queue.becomeWriter(null)) {
                return Admission.DIRECT;
            }
            Admission admission =
                    judge(queue, turn.messages().size(), turn.joined().bytes(), of != null);
            if (!admission.isQueued()) {
                return admission;
            }
            int messages = queue.queuedMessages();
            long bytes = queue.queuedBytes();
            queue.add(QueuedTurn.of(turn, completion, sampledNanos, of), admission);
            return thin(queue, admission, messages, bytes);
        }
    }

    /** What a queue that can't write now does with more messages. */
    private Admission judge(SendQueue queue, int messages, int bytes, boolean droppable) {
        synchronized (queue) {
            if (queue.isClosing()) {
                return Admission.CLOSED;
            }
            Verdict verdict =
                    droppable ? Verdict.FITS : rule.judge(queue.contents, messages, bytes);
            return switch (verdict) {
                case FITS -> Admission.QUEUED;
                case FITS_ABOVE -> Admission.QUEUED_ABOVE;
                case REFUSE ->
                        Admission.refused(
                                SlowConsumerException.refused(
                                        queue.queuedMessages(), queue.queuedBytes()));
                case EVICT -> {
                    SlowConsumerException evidence =
                            SlowConsumerException.evicted(
                                    queue.queuedMessages(), queue.queuedBytes());
                    yield Admission.evicted(evidence, queue.end());
                }
            };
        }
    }

    /**
     * DEMOTE acts, and then LATEST: what is given up is not lost.
     *
     * @param messages that the queue held before the offer
     * @param bytes of these messages
     */
    private static Admission thin(SendQueue queue, Admission admission, int messages, long bytes) {
        synchronized (queue) {
            List<QueuedTurn<?>> given = queue.cutIfAbove();
            List<Queued> dropped = queue.contents == null ? List.of() : queue.thin();
            return dropped.isEmpty() && given.isEmpty()
                    ? admission
                    : admission.thinned(
                            dropped, given, SlowConsumerException.dropped(messages, bytes));
        }
    }

    // Under no lock.

    private OfferResult answer(
            SendQueue queue, Admission admission, @Nullable SendCompletion completion) {
        SlowConsumerException evidence = admission.evidence();
        int thinned = admission.thinned().size();
        if (thinned > 0) {
            tellObserver(observer -> observer.onDropped(OverflowPolicy.LATEST, thinned));
            callbacks.failed(admission.thinned(), Objects.requireNonNull(evidence));
        }
        if (!admission.cut().isEmpty()) {
            callbacks.cut(admission.cut(), Objects.requireNonNull(evidence));
        }
        return switch (admission.way()) {
            case QUEUED -> writing.accepted(queue);
            case QUEUED_ABOVE -> writing.acceptedAbove(queue);
            case REFUSED -> {
                tellObserver(observer -> observer.onDropped(settings.policy(), 1));
                callbacks.failed(completion, Objects.requireNonNull(evidence));
                yield OfferResult.DROPPED;
            }
            case EVICTED -> {
                ending.evict(
                        queue, admission.ended(), completion, Objects.requireNonNull(evidence));
                yield OfferResult.CLOSED;
            }
            case TOO_EARLY -> {
                callbacks.failed(
                        completion,
                        SlowConsumerException.dropped(queue.queuedMessages(), queue.queuedBytes()));
                yield OfferResult.DROPPED;
            }
            case CLOSED -> {
                callbacks.closed(completion);
                yield OfferResult.CLOSED;
            }
            case DIRECT -> throw new IllegalArgumentException("the offerer has not written yet");
        };
    }

    /** An observer that throws is in nobody's way. */
    private void tellObserver(Consumer<OutboundObserver> news) {
        callbacks.tell(() -> news.accept(node.observer()));
    }

    /** What it skips is not told: the protocol of an annotated endpoint has no word for it. */
    private record UntoldSeries(int latestCount) implements LatestSeries<Object> {
        @Override
        public @Nullable OutboundFrame skippedFrame(Object first, Object last, long count) {
            return null;
        }
    }
}
