package io.highwater.outbound;

import io.highwater.outbound.OverflowRule.Verdict;
import io.highwater.wire.OutboundFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writes of the queues of one route: an offer that goes past its queue, and what waits once the
 * wire is writable again. The caller is the writer, as {@link WriterState} has it. Immutable;
 * thread-safe.
 *
 * <p>Completions run when the writer has let go. If they ran before, what they offer would pile up
 * behind their own writer and evict a client that reads well.
 */
final class Writing {
    private final OverflowRule rule;
    private final OutboundNode node;
    private final Callbacks callbacks;
    private final Ending ending;

    Writing(OverflowRule rule, OutboundNode node, Callbacks callbacks, Ending ending) {
        this.rule = rule;
        this.node = node;
        this.callbacks = callbacks;
        this.ending = ending;
    }

    /** The way of most messages: no queue, no allocation. The caller is the writer. */
    OfferResult direct(
            SendQueue queue,
            OutboundFrame frame,
            int messages,
            Hold hold,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        boolean taken = write(queue, frame);
        int formBytes = taken ? 0 : queue.wire().ownFormBytes();
        return switch (written(
                queue, taken, frame, formBytes, messages, hold, completion, sampledNanos)) {
            case TAKEN -> {
                callbacks.written(completion, sampledNanos);
                yield OfferResult.ACCEPTED;
            }
            case TAKEN_WITH_MORE -> {
                drain(queue, List.of(new Direct(frame, messages, hold, completion, sampledNanos)));
                yield OfferResult.ACCEPTED;
            }
            case STUCK -> accepted(queue);
            case STUCK_ABOVE -> acceptedAbove(queue);
            case LOST -> {
                callbacks.closed(completion);
                yield OfferResult.CLOSED;
            }
        };
    }

    private boolean write(SendQueue queue, OutboundFrame frame) {
        try {
            return queue.wire().write(frame);
        } catch (RuntimeException | Error e) {
            ending.giveUp(queue, e);
            return false;
        }
    }

    /** How the write of an offer that went past its queue ended. */
    private enum Written {
        /** The transport has it and nothing waits. The thread is the writer no more. */
        TAKEN,

        /**
         * The transport has it. The thread is still the writer, and goes on with a {@link Drain}.
         */
        TAKEN_WITH_MORE,

        /** It is in flight. The thread is the writer no more. */
        STUCK,

        /** The same, and PAUSE's high-water mark is crossed. */
        STUCK_ABOVE,

        /** The queue ended meanwhile, and the session with it: nobody will hear of it again. */
        LOST
    }

    /**
     * The writer has written what was not queued.
     *
     * @param taken what the wire said
     * @param formBytes what the wire holds beside the frame
     */
    private Written written(
            SendQueue queue,
            boolean taken,
            OutboundFrame frame,
            int formBytes,
            int messages,
            Hold hold,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        synchronized (queue) {
            if (queue.state == WriterState.ENDED) {
                return taken ? Written.TAKEN : Written.LOST;
            }
            if (taken || queue.state == WriterState.WRITABLE_EARLY) {
                boolean more = queue.contents != null && queue.contents.needsWriter();
                queue.state = more ? WriterState.WRITING : WriterState.IDLE;
                queue.letGo();
                return more ? Written.TAKEN_WITH_MORE : Written.TAKEN;
            }
            queue.state = WriterState.FULL;
            QueueContents now =
                    queue.addInFlight(
                            new Direct(frame, messages, hold, completion, sampledNanos), formBytes);
            // EVICT: the message was taken whatever its size; the next offer is judged by the
            // marks.
            if (rule.judgeStuck(now, messages) != Verdict.FITS_ABOVE) {
                return Written.STUCK;
            }
            now.level().crossHigh(now.tally(), queue.nowNanos());
            return Written.STUCK_ABOVE;
        }
    }

    /** The wire takes frames again. */
    void onWritable(SendQueue queue) {
        InFlight written = takeLanded(queue);
        if (written != null) {
            drain(queue, written.elements());
        }
    }

    /** Makes the caller the writer and answers what has left; null where there is none. */
    private static @Nullable InFlight takeLanded(SendQueue queue) {
        synchronized (queue) {
            if (queue.state == WriterState.WRITING) {
                queue.state = WriterState.WRITABLE_EARLY;
            }
            if (queue.state != WriterState.FULL) {
                return null;
            }
            queue.state = WriterState.WRITING;
            return queue.removeInFlight();
        }
    }

    /** Writes what waits until it is gone or the wire is full, and then tells what was written. */
    private void drain(SendQueue queue, List<Element> alreadyWritten) {
        Drain drain = new Drain(queue, alreadyWritten);
        for (InFlight next = drain.next(); next != null; ) {
            next = drain.nextAfter(next, write(queue, next));
        }
        QueueContents ended = drain.ended();
        if (ended != null) {
            ending.closeBehindLast(queue, ended);
        }
        tellListener(queue);
        callbacks.writable(drain.writable());
        callbacks.written(drain.written());
        for (Element element : drain.lost()) {
            callbacks.closed(element.completion());
        }
    }

    private boolean write(SendQueue queue, InFlight flying) {
        try {
            OutboundFrame frame = flying.join();
            boolean taken = frame == null || queue.wire().write(frame);
            if (frame != null && !taken) {
                queue.heldByWire(flying, frame, queue.wire().ownFormBytes());
            }
            return taken;
        } catch (RuntimeException | Error e) {
            ending.giveUp(queue, e);
            return false;
        }
    }

    // What a queue that has taken messages answers.

    OfferResult accepted(SendQueue queue) {
        settle(queue);
        return OfferResult.ACCEPTED;
    }

    OfferResult acceptedAbove(SendQueue queue) {
        tellListener(queue);
        settle(queue);
        return OfferResult.ABOVE_HIGH_WATER;
    }

    /** Where all queues together keep too much, those that cost most are ended: maybe this one. */
    private void settle(SendQueue queue) {
        node.account().settle(queue.payer());
    }

    /**
     * Tells the session where PAUSE stands, if it has changed. One thread tells at a time and goes
     * on until the session knows the present: two threads would overtake each other, and a session
     * that hears "above" last would never read again.
     */
    private void tellListener(SendQueue queue) {
        SendQueueListener listener = queue.listener();
        for (WaterLevel news = queue.beginTelling(); news != null; news = queue.beginTelling()) {
            boolean above = news.isTellingAboveHigh();
            callbacks.tell(above ? listener::onAboveHighWater : listener::onBelowLowWater);
            queue.endTelling(news);
        }
    }
}
