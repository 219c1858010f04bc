package io.highwater.wire.upgrade;

import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An opening handshake on some HTTP stack: what it asks, and how the stack answers it. {@link
 * Upgrades} answers once: by {@link #refuse}, by {@link #fail}, by what {@link #accept} returns, or
 * by having it {@link #pass} a gate. It does so on any thread, and from one at a time.
 */
public interface UpgradeExchange {
    /** What it asks; valid until it is answered. */
    UpgradeRequest request();

    /** What {@link Upgrades#route} finds at the path of the request. */
    @Nullable Route route();

    /**
     * Runs what may block, on a thread that nobody else waits for.
     *
     * @throws java.util.concurrent.RejectedExecutionException it will not run
     */
    void execute(Runnable task);

    /**
     * The answer that follows is the connection's last, if the connection's next request would wait
     * for it, as over HTTP/1.1. That request would come on the thread that reads.
     */
    void endConnection();

    void refuse(RejectedAnswer answer);

    /** Answers that the server failed, with 500. */
    void fail();

    /**
     * Makes the transport, and the engine on it. From then on the stack owes the engine an event:
     * that it was opened, or {@link Transport.Events#onNeverOpened}.
     *
     * @param wire makes the engine on the transport that it is given
     * @return sends the answer
     */
    Runnable accept(Function<Transport, ? extends Transport.Events> wire, AcceptedAnswer answer);

    /**
     * Sends an accepted handshake through what stands in front of its web application. The stack
     * {@linkplain Admission#open opens} it where it is let pass, or {@linkplain Admission#giveUp
     * gives it up}. Runs on a thread that may block.
     */
    void pass(Gate gate, Admission admission);
}
