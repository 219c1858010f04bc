package io.highwater.outbound;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an offer, and what the offerer tells of it when it holds no lock. Immutable; what
 * it refers to belongs to the offerer.
 *
 * @param evidence how much was queued before the offer, where a message is dropped
 * @param ended what the queue held, where the offer ended it
 * @param thinned what LATEST dropped for the offer, oldest first
 * @param cut what DEMOTE gave up for the offer, oldest first
 */
record Admission(
        Way way,
        @Nullable SlowConsumerException evidence,
        @Nullable QueueContents ended,
        List<Queued> thinned,
        List<QueuedTurn<?>> cut) {
    static final Admission DIRECT = new Admission(Way.DIRECT);
    static final Admission QUEUED = new Admission(Way.QUEUED);
    static final Admission QUEUED_ABOVE = new Admission(Way.QUEUED_ABOVE);
    static final Admission TOO_EARLY = new Admission(Way.TOO_EARLY);
    static final Admission CLOSED = new Admission(Way.CLOSED);

    /** The ways an offer may go. */
    enum Way {
        /** The wire is idle: the offerer is the writer, and writes. */
        DIRECT,
        QUEUED,

        /** Queued, and the queue is above its high-water mark: PAUSE's producer is to stop. */
        QUEUED_ABOVE,
        REFUSED,

        /**
         * DEMOTE: earlier messages of the series were given up, and are read from the log first.
         */
        TOO_EARLY,
        EVICTED,
        CLOSED
    }

    private Admission(Way way) {
        this(way, null, null, List.of(), List.of());
    }

    static Admission refused(SlowConsumerException evidence) {
        return new Admission(Way.REFUSED, evidence, null, List.of(), List.of());
    }

    static Admission evicted(SlowConsumerException evidence, @Nullable QueueContents ended) {
        return new Admission(Way.EVICTED, evidence, ended, List.of(), List.of());
    }

    /** The same, and these were dropped and given up for it. */
    Admission thinned(List<Queued> dropped, List<QueuedTurn<?>> given, SlowConsumerException of) {
        return new Admission(way, of, ended, dropped, given);
    }

    boolean isQueued() {
        return way == Way.QUEUED || way == Way.QUEUED_ABOVE;
    }
}
