package io.highwater.publish;

import io.highwater.api.Api;

/**
 * A message was not published because an earlier one of the same batch and channel failed, which it
 * must not overtake. Has no stack trace, since it comes with every message behind the failed one.
 */
@Api
public final class OutOfOrderException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String failedMsgId;

    /**
     * @param failedMsgId the message to publish again first
     */
    public OutOfOrderException(String failedMsgId) {
        super("an earlier message failed: " + failedMsgId, null, false, false);
        this.failedMsgId = failedMsgId;
    }

    public String failedMsgId() {
        return failedMsgId;
    }
}
