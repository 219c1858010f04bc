package io.highwater.outbound;

import org.jspecify.annotations.Nullable;

/**
 * What the marks and the policy of a route make of messages that can't be written now. Immutable; a
 * queue is judged under its lock.
 */
record OverflowRule(OutboundSettings settings) {
    /** What is to become of the messages. */
    enum Verdict {
        FITS,

        /** They fit, and PAUSE's producer is to stop. */
        FITS_ABOVE,
        REFUSE,
        EVICT
    }

    /**
     * Judges messages that a queue has not taken yet and that LATEST may not drop.
     *
     * @param contents what the queue holds; null for nothing
     */
    Verdict judge(@Nullable QueueContents contents, int messages, int bytes) {
        if (contents == null) {
            return judge(messages, messages, bytes, false);
        }
        // LATEST's own messages don't count: they give way to what has to be kept.
        Tally tally = contents.tally();
        return pressed(
                contents,
                judge(
                        messages,
                        tally.keptMessages() + messages,
                        tally.keptBytes() + bytes,
                        contents.level().isAboveHigh()));
    }

    /** Judges what a queue holds, {@code messages} of which went to the wire and stuck there. */
    Verdict judgeStuck(QueueContents contents, int messages) {
        Tally tally = contents.tally();
        return pressed(
                contents,
                judge(
                        messages,
                        tally.keptMessages(),
                        tally.keptBytes(),
                        contents.level().isAboveHigh()));
    }

    /** PAUSE holds its producers back before the account of all queues is full. */
    private Verdict pressed(QueueContents contents, Verdict verdict) {
        return verdict == Verdict.FITS
                        && settings.policy() == OverflowPolicy.PAUSE
                        && contents.isPressed()
                ? Verdict.FITS_ABOVE
                : verdict;
    }

    /**
     * Judges by the numbers alone.
     *
     * @param offered messages
     * @param messages with those, without what LATEST may drop
     * @param bytes of these messages
     * @param above whether the high-water mark was crossed and the low not reached since
     */
    Verdict judge(int offered, int messages, long bytes, boolean above) {
        WaterMarks marks = settings.marks();
        if (messages <= marks.highMessages() && bytes <= marks.highBytes()) {
            return above ? Verdict.FITS_ABOVE : Verdict.FITS;
        }
        // Without this a message larger than the mark could never be sent.
        boolean alone = messages == offered;
        return switch (settings.policy()) {
            // Of LATEST comes here only what it may not drop.
            case EVICT, LATEST -> alone ? Verdict.FITS : Verdict.EVICT;
            case PAUSE -> {
                // Halved instead of the mark doubled, which could overflow; rounded up.
                boolean fits =
                        (messages + 1L) / 2 <= marks.highMessages()
                                && (bytes + 1) / 2 <= marks.highBytes();
                yield alone || fits ? Verdict.FITS_ABOVE : Verdict.REFUSE;
            }
        };
    }
}
