package io.highwater.limits;

/**
 * Whoever keeps bytes of an account and can be made to give them back. Thread-safe; found by
 * identity.
 */
public interface Debtor {
    Payer payer();

    /** What would be given back, in bytes of heap. */
    long keptBytes();

    /** How long it has kept that; what is kept for long costs most. */
    default long ageNanos(long nowNanos) {
        return Long.MAX_VALUE;
    }

    /**
     * Gives it back now, out of the book at once and out of the heap soon, whatever it takes:
     * mostly the end of a session, with 1013. Called under no lock; must not call what may block.
     *
     * @param account which is full
     * @return false where there was nothing to end any more
     */
    boolean end(Account account);
}
