package io.highwater.outbound;

import io.highwater.api.Api;
import java.io.IOException;

/** A message was dropped because its peer reads too slowly; says how much waited. Immutable. */
@Api
public final class SlowConsumerException extends IOException {
    private static final long serialVersionUID = 1;

    private final int queuedMessages;
    private final long queuedBytes;

    private SlowConsumerException(String message, int queuedMessages, long queuedBytes) {
        super(message);
        this.queuedMessages = queuedMessages;
        this.queuedBytes = queuedBytes;
    }

    static SlowConsumerException evicted(int messages, long bytes) {
        return new SlowConsumerException(
                "slow consumer: evicted with " + messages + " messages, " + bytes + " bytes queued",
                messages,
                bytes);
    }

    static SlowConsumerException refused(int messages, long bytes) {
        return new SlowConsumerException(
                "slow consumer: "
                        + messages
                        + " messages, "
                        + bytes
                        + " bytes queued, which is twice the high-water mark; offer again when"
                        + " writable",
                messages,
                bytes);
    }

    static SlowConsumerException dropped(int messages, long bytes) {
        return new SlowConsumerException(
                "slow consumer: dropped for a newer message, with "
                        + messages
                        + " messages, "
                        + bytes
                        + " bytes queued",
                messages,
                bytes);
    }

    /** Messages in the queue and in flight when it happened. */
    public int queuedMessages() {
        return queuedMessages;
    }

    /** Their bytes, headers included. */
    public long queuedBytes() {
        return queuedBytes;
    }

    /** It is a value with a name, made in numbers when a node is in trouble: no stack trace. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
