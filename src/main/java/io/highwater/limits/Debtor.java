package io.highwater.limits;

/**
 * Whoever keeps bytes of an account and can be made to give them back. Thread-safe; found by
 * identity.
 */
public interface Debtor {
    Payer payer();

    /** What would be given back, in bytes of heap. */
    long keptBytes();

    /**
     * Gives it back now, whatever it takes: mostly the end of a session, with 1013. Called under no
     * lock.
     *
     * @param account which is full
     * @return false where there was nothing to end any more
     */
    boolean end(Account account);
}
