package io.highwater.channel;

/**
 * A turn that seats keep while their reads are pending. It counts as undelivered until the last of
 * them has let it go. Confined to the shard's thread.
 */
final class WaitingTurn<F> {
    final Turn<F> turn;

    private final long bytes;
    private final UndeliveredBytes undelivered;
    private int holders;

    /**
     * @param bytes of its entries, which are in {@code undelivered}
     */
    WaitingTurn(Turn<F> turn, long bytes, UndeliveredBytes undelivered) {
        this.turn = turn;
        this.bytes = bytes;
        this.undelivered = undelivered;
    }

    void hold() {
        holders++;
    }

    /** Called once for each {@link #hold}. */
    void release() {
        holders--;
        if (holders == 0) {
            undelivered.remove(bytes);
        }
    }

    boolean isHeld() {
        return holders > 0;
    }
}
