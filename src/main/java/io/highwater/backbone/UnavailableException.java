package io.highwater.backbone;

import java.time.Duration;

/**
 * The channels cannot do it now; later they may. Without a stack trace: it comes by the thousand
 * where it comes at all.
 */
public final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * @param retryAfter when to try again, at the earliest
     */
    public UnavailableException(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
