package io.highwater.chaos;

import java.util.List;
import java.util.Map;

/**
 * What a history comes to. Immutable.
 *
 * @param acknowledged messages
 * @param delivered messages that applications got, counted for each subscriber
 * @param lost messages that a subscriber did not get, counted for each
 * @param duplicated messages that an application got twice, or that the log has twice
 * @param reordered messages that came in the wrong order
 * @param wrong everything else that breaks an invariant
 * @param republished attempts that sent a message again
 * @param recognized of these, how many were answered as repeats
 * @param refused attempts that were answered with an error
 * @param recoveries subscribers that resumed and were brought what they had missed
 * @param told subscribers that resumed and were told that they cannot be brought it
 * @param gaps messages before which something was missing, that a client had to ask for
 * @param late messages that came after their turn, marked so
 * @param dropped messages that clients dropped, since they had the msgId
 * @param faults how often each kind struck
 * @param violations the first of each invariant
 */
record Verdict(
        int acknowledged,
        int delivered,
        int lost,
        int duplicated,
        int reordered,
        int wrong,
        int republished,
        int recognized,
        int refused,
        int recoveries,
        int told,
        int gaps,
        int late,
        int dropped,
        Map<String, Integer> faults,
        List<Violation> violations) {
    boolean holds() {
        return violations.isEmpty();
    }

    /** One line. */
    String summary() {
        return "acknowledged "
                + acknowledged
                + ", delivered "
                + delivered
                + ", lost "
                + lost
                + ", duplicated "
                + duplicated
                + ", reordered "
                + reordered
                + ", wrong "
                + wrong
                + ", republished "
                + republished
                + " (recognized "
                + recognized
                + "), refused "
                + refused
                + ", recoveries "
                + recoveries
                + " (told "
                + told
                + "), gaps "
                + gaps
                + ", late "
                + late
                + ", dropped "
                + dropped
                + ", faults "
                + faults;
    }

    /** The summary, and what breaks invariants. */
    String report() {
        StringBuilder report = new StringBuilder(summary());
        violations.forEach(violation -> report.append("\n  ").append(violation));
        return report.toString();
    }
}
