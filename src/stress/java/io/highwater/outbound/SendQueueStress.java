package io.highwater.outbound;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.highwater.wire.CloseStatus;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Searches {@link SendQueue} for races: offers, a peer that reads, and an end, all at once. In each
 * scenario every message is answered once, the wire sees one write at a time, and the messages of a
 * producer keep their order. Public, and not final, for the harness.
 */
public class SendQueueStress {
    private static final String OK = "ok.*";

    private SendQueueStress() {}

    /** Two producers and a peer that reads by fits and starts, on both threads: all is written. */
    @JCStressTest
    @Outcome(id = "ok ABCab", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferAndRead extends QueueScenario {
        private static final SendQueues ROUTE = route(WIDE, OverflowPolicy.EVICT);

        public OfferAndRead() {
            super(ROUTE, 0b1011);
        }

        @Actor
        public void producer() {
            offer('a');
            read();
            offer('b');
            read();
        }

        @Actor
        public void other() {
            offer('A');
            read();
            offer('B');
            read();
            offer('C');
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            result.r1 = verdict();
        }
    }

    /** A Close behind what is queued: it is the last, and comes once. */
    @JCStressTest
    @Outcome(id = "ok a?b?c?", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferAndClose extends QueueScenario {
        private static final SendQueues ROUTE = route(WIDE, OverflowPolicy.EVICT);

        public OfferAndClose() {
            super(ROUTE, 0b101);
        }

        @Actor
        public void producer() {
            offer('a');
            offer('b');
            offer('c');
        }

        @Actor
        public void closer() {
            read();
            queue.close(CloseStatus.of(CloseStatus.NORMAL));
            read();
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            String verdict = verdict();
            boolean right = wire.closes() == 1 && wire.failures() == 0;
            result.r1 = right ? verdict : "closes: " + wire.closes() + " " + verdict;
        }
    }

    /** The high-water mark is passed: the session fails once. */
    @JCStressTest
    @Outcome(id = OK, expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferAndEvict extends QueueScenario {
        private static final SendQueues ROUTE = route(NARROW, OverflowPolicy.EVICT);

        public OfferAndEvict() {
            super(ROUTE, 0b1111);
        }

        @Actor
        public void producer() {
            offer('a');
            read();
            offer('b');
            offer('c');
        }

        @Actor
        public void other() {
            offer('A');
            read();
            offer('B');
            read();
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            String verdict = verdict();
            result.r1 = wire.failures() <= 1 ? verdict : "failed twice " + verdict;
        }
    }

    /** The governor ends a session that drains at this moment. */
    @JCStressTest
    @Outcome(id = OK, expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferAndGovern extends QueueScenario {
        private static final SendQueues ROUTE = route(WIDE, OverflowPolicy.EVICT);

        public OfferAndGovern() {
            super(ROUTE, 0b1101);
            offer('a');
            offer('b');
        }

        @Actor
        public void producerThatReads() {
            read();
            offer('c');
            read();
        }

        @Actor
        public void governor() {
            queue.evictIfSlow(Long.MAX_VALUE);
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            String verdict = verdict();
            result.r1 = wire.failures() <= 1 ? verdict : "failed twice " + verdict;
        }
    }

    /** The session is over while it drains. */
    @JCStressTest
    @Outcome(id = OK, expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferAndSessionClosed extends QueueScenario {
        private static final SendQueues ROUTE = route(WIDE, OverflowPolicy.EVICT);

        public OfferAndSessionClosed() {
            super(ROUTE, 0b101);
        }

        @Actor
        public void producerThatReads() {
            offer('a');
            offer('b');
            read();
            offer('c');
        }

        @Actor
        public void session() {
            queue.onClosed();
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            result.r1 = verdict();
        }
    }

    /** A Close, the end of the session and the governor want the same queue. */
    @JCStressTest
    @Outcome(id = OK, expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class CloseAndGovern extends QueueScenario {
        private static final SendQueues ROUTE = route(WIDE, OverflowPolicy.EVICT);

        public CloseAndGovern() {
            super(ROUTE, 0b11);
            offer('a');
            offer('b');
        }

        @Actor
        public void closer() {
            queue.close(CloseStatus.of(CloseStatus.NORMAL));
            read();
        }

        @Actor
        public void governor() {
            queue.evictIfSlow(Long.MAX_VALUE);
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            String verdict = verdict();
            boolean right = wire.closes() + wire.failures() == 1;
            result.r1 =
                    right
                            ? verdict
                            : "closes: "
                                    + wire.closes()
                                    + ", failures: "
                                    + wire.failures()
                                    + " "
                                    + verdict;
        }
    }

    /** Old messages are dropped while the queue drains: the newest arrives. */
    @JCStressTest
    @Outcome(id = "ok [A-C]?.*d", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferUnderLatest extends QueueScenario {
        private static final SendQueues ROUTE = route(NARROW, OverflowPolicy.LATEST);

        public OfferUnderLatest() {
            super(ROUTE, 0b1111);
        }

        @Actor
        public void producer() {
            offer('a');
            offer('b');
            offer('c');
            offer('d');
        }

        @Actor
        public void peer() {
            read();
            read();
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            result.r1 = verdict();
        }
    }

    /** The marks are crossed to and fro: the session hears of both in turn, of the low one last. */
    @JCStressTest
    @Outcome(id = "ok.* (\\+-)*", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OfferUnderPause extends QueueScenario {
        private static final SendQueues ROUTE = route(NARROW, OverflowPolicy.PAUSE);

        public OfferUnderPause() {
            super(ROUTE, 0b1111);
        }

        @Actor
        public void producer() {
            offer('a');
            offer('b');
            read();
            offer('c');
        }

        @Actor
        public void other() {
            read();
            offer('A');
            read();
            offer('B');
            read();
        }

        @Arbiter
        public void settle(L_Result result) {
            readAll();
            result.r1 = verdict() + " " + told();
        }
    }
}
