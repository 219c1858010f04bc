package io.highwater.limits;

/**
 * Something that keeps bytes of an account and can be made to give them back. Thread-safe; compared
 * by identity.
 */
public interface Debtor {
    Payer payer();

    /** What it would give back, in bytes of heap. */
    long keptBytes();

    /** How long it has kept these bytes; what is kept for long costs most. */
    default long ageNanos(long nowNanos) {
        return Long.MAX_VALUE;
    }

    /**
     * Gives back what it can do without: all that can be had again. Called before any debtor is
     * ended, without a lock; must not call what may block.
     *
     * @param account the account that is full
     */
    default void giveUp(Account account) {}

    /**
     * Gives the bytes back now, out of the book at once and out of the heap soon, whatever it
     * takes: usually the end of a session, with 1013. Called without a lock; must not call what may
     * block.
     *
     * @param account the account that is full
     * @return false if there was nothing left to end
     */
    boolean end(Account account);
}
