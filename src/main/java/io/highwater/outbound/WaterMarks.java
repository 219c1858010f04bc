package io.highwater.outbound;

/**
 * The two marks of a queue, in messages and in bytes: above either high mark the policy acts, at or
 * below both low marks the queue is writable again. Immutable.
 *
 * @param highMessages at least 1
 * @param highBytes at least 1; frames with their headers
 * @param lowMessages 0 to highMessages - 1
 * @param lowBytes 0 to highBytes - 1
 */
public record WaterMarks(int highMessages, long highBytes, int lowMessages, long lowBytes) {
    public WaterMarks {
        atLeastOne("highwater.outbound.high-messages", highMessages);
        atLeastOne("highwater.outbound.high-bytes", highBytes);
        below("messages", lowMessages, highMessages);
        below("bytes", lowBytes, highBytes);
    }

    public static WaterMarks defaults() {
        return new WaterMarks(100, 10L << 20, 50, 5L << 20);
    }

    private static void atLeastOne(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + ": " + value + " is not at least 1");
        }
    }

    private static void below(String unit, long low, long high) {
        if (low < 0 || low >= high) {
            throw new IllegalArgumentException(
                    "highwater.outbound.low-"
                            + unit
                            + ": "
                            + low
                            + " is not between 0 and "
                            + (high - 1)
                            + ", below highwater.outbound.high-"
                            + unit);
        }
    }
}
