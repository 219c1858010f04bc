package io.highwater.archive;

/**
 * Another node took the lease of a shard: this writer writes nothing any more. Has no stack trace,
 * since every call that was under way fails with it.
 */
public final class LeaseLostException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the shard and, if known, who has the lease
     */
    public LeaseLostException(String message) {
        super(message, null, false, false);
    }
}
