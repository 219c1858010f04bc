package io.highwater.outbound;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One queue before a {@link StressWire}, the messages offered to it and what became of them. A
 * message is a letter; a producer offers letters in rising order, one producer small ones, the
 * other capitals. The actors of a test call it at once, its arbiter alone and last.
 */
abstract class QueueScenario {
    static final WaterMarks WIDE = new WaterMarks(1_000, 1 << 20, 0, 1_000);
    static final WaterMarks NARROW = new WaterMarks(1, 1 << 20, 0, 1_000);

    /** Shared by all runs, as a wheel is large: nothing fires, for time stands still. */
    private static final TimerWheel WHEEL = new TimerWheel(0);

    private static final NonEmptyQueues QUEUES = new NonEmptyQueues();

    final StressWire wire;
    final SendQueue queue;

    /** Each producer writes its own places. */
    private final Sent[] sent = new Sent[128];

    private final StringBuilder told = new StringBuilder();

    QueueScenario(SendQueues route, int fillingWrites) {
        wire = new StressWire(fillingWrites);
        queue = route.open(wire, new Told());
    }

    static SendQueues route(WaterMarks marks, OverflowPolicy policy) {
        return new SendQueues(
                new OutboundSettings(marks, policy, 1, Duration.ZERO),
                new OutboundNode(
                        WHEEL,
                        () -> 0,
                        QUEUES,
                        Ledger.unbounded().book(Account.OUTBOUND),
                        Runnable::run,
                        OutboundObserver.NONE,
                        Duration.ofSeconds(10),
                        LogLimit.none()));
    }

    final void offer(char letter) {
        Sent completion = new Sent();
        sent[letter] = completion;
        queue.offer(OutboundFrame.text(String.valueOf(letter)), completion);
    }

    /** The peer reads once, if there is something to read. */
    final boolean read() {
        boolean full = wire.read();
        if (full) {
            queue.onWritable();
        }
        return full;
    }

    final void readAll() {
        while (read()) {
            // The next is offered by the queue.
        }
    }

    /**
     * Ends the session and says what was wrong; "ok" and the letters that were written where
     * nothing was.
     */
    final String verdict() {
        int left = queue.queuedMessages();
        queue.onClosed();
        List<String> wrong = new ArrayList<>();
        if (!wire.violation().isEmpty()) {
            wrong.add(wire.violation());
        }
        if (left > 0) {
            wrong.add(left + " left");
        }
        String letters = wire.letters();
        StringBuilder written = new StringBuilder();
        for (char letter = 0; letter < sent.length; letter++) {
            if (sent[letter] != null) {
                int answers = sent[letter].answers.get();
                boolean onWire = letters.indexOf(letter) >= 0;
                if (answers == Sent.WRITTEN && onWire) {
                    written.append(letter);
                } else if (answers != Sent.FAILED) {
                    wrong.add(letter + " on wire: " + onWire + ", answered: " + answers);
                }
            }
        }
        if (!isRising(letters.replaceAll("[a-z]", ""))
                || !isRising(letters.replaceAll("[A-Z]", ""))) {
            wrong.add("order: " + letters);
        }
        return wrong.isEmpty() ? "ok " + written : wrong + " " + letters;
    }

    /** What the listener heard: "+" above the high mark, "-" below the low one. */
    final String told() {
        return told.toString();
    }

    /** Doubled is not rising either. */
    private static boolean isRising(String letters) {
        for (int i = 1; i < letters.length(); i++) {
            if (letters.charAt(i) <= letters.charAt(i - 1)) {
                return false;
            }
        }
        return true;
    }

    private static final class Sent implements SendCompletion {
        static final int WRITTEN = 1;
        static final int FAILED = 100;

        private final AtomicInteger answers = new AtomicInteger();

        @Override
        public void onWritten() {
            answers.addAndGet(WRITTEN);
        }

        @Override
        public void onFailed(Throwable cause) {
            answers.addAndGet(FAILED);
        }
    }

    /** Plain: a listener is told one thing at a time. */
    private final class Told implements SendQueueListener {
        @Override
        public void onAboveHighWater() {
            told.append('+');
        }

        @Override
        public void onBelowLowWater() {
            told.append('-');
        }
    }
}
