package io.highwater.backbone;

import io.highwater.api.Api;
import java.time.Duration;

/**
 * The channels cannot do this now, but may be able to later. Has no stack trace, since it comes by
 * the thousand if it comes at all.
 */
@Api
public final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * @param retryAfter the earliest time to try again
     */
    public UnavailableException(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
