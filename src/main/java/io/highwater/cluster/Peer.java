package io.highwater.cluster;

/** Another node, as far as this one hears of it. Confined to the cluster's tasks. */
final class Peer {
    final long id;

    /** What goes to this node alone. */
    final Outbox outbox;

    /** When anything came from it last. */
    long heardNanos;

    /** Whether something that it sent to this node alone did not come. */
    boolean missed;

    /** Of the last message to this node alone; the first has 1. */
    private long lastNumber;

    Peer(long id, Outbox outbox) {
        this.id = id;
        this.outbox = outbox;
    }

    /** A message with this number came; false if others before it did not. */
    boolean follows(long number) {
        boolean follows = number == lastNumber + 1;
        lastNumber = number;
        return follows;
    }

    /** As the log has it. */
    String text() {
        return Long.toHexString(id);
    }
}
