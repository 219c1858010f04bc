package io.highwater.wire.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Searches the two roads of {@link WireConnection} for races: what the selector's thread reads and
 * what the executor delivers. In each scenario messages come once and in order, none is stuck, one
 * thread at a time reads and calls the listener, and the end comes once. Public, and not final, for
 * the harness.
 */
public class WireConnectionStress {
    private WireConnectionStress() {}

    /** Messages while earlier ones are delivered. */
    @JCStressTest
    @Outcome(id = "ok ABC", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReadAndDeliver extends WireScenario {
        public ReadAndDeliver() {
            super(true);
        }

        @Actor
        public void selector() {
            receive();
            receive();
            receive();
        }

        @Actor
        public void executor() {
            run();
            run();
            run();
        }

        @Arbiter
        public void settle(L_Result result) {
            settle();
            result.r1 = verdict();
        }
    }

    /** Demand comes late, and not from the callback. */
    @JCStressTest
    @Outcome(id = "ok ABC", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReadAndDemand extends WireScenario {
        public ReadAndDemand() {
            super(false);
        }

        @Actor
        public void selector() {
            receive();
            select();
            receive();
            select();
            receive();
        }

        @Actor
        public void executorAndApplication() {
            wire.demand();
            run();
            wire.demand();
            run();
            run();
        }

        @Arbiter
        public void settle(L_Result result) {
            for (int i = 0; i < 3; i++) {
                settle();
                wire.demand();
            }
            settle();
            result.r1 = verdict();
        }
    }

    /** The session is given up while messages come. */
    @JCStressTest
    @Outcome(id = "ok A?B?C?\\.", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReadAndAbort extends WireScenario {
        public ReadAndAbort() {
            super(true);
        }

        @Actor
        public void selector() {
            receive();
            receive();
        }

        @Actor
        public void executorAndApplication() {
            run();
            wire.abort();
            run();
        }

        @Arbiter
        public void settle(L_Result result) {
            settle();
            result.r1 = verdict();
        }
    }

    /** The peer is gone behind its messages. */
    @JCStressTest
    @Outcome(id = "ok A?B?\\.", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ReadAndLose extends WireScenario {
        public ReadAndLose() {
            super(true);
        }

        @Actor
        public void selector() {
            receive();
            receive();
            wire.onTransportClosed(null);
        }

        @Actor
        public void executor() {
            run();
            run();
        }

        @Arbiter
        public void settle(L_Result result) {
            settle();
            result.r1 = verdict();
        }
    }
}
