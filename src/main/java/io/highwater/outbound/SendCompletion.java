package io.highwater.outbound;

/**
 * Told what became of one offered message: exactly one of the two methods is called, once, whatever
 * the {@link OfferResult} was.
 *
 * <p>The thread that finds out calls it, under no lock: an offerer's, the wire's or the timers'. It
 * may offer more. It must not block: it hands long work on. Completions of two messages may come in
 * either order. What it throws is logged.
 */
public interface SendCompletion {
    /** The transport has taken the last byte; whether the peer has it is not known. */
    void onWritten();

    /**
     * The message was not sent, or not wholly.
     *
     * @param cause {@link SlowConsumerException} where the policy dropped it, {@link
     *     java.nio.channels.ClosedChannelException} where the session was over, or what the wire
     *     threw
     */
    void onFailed(Throwable cause);
}
