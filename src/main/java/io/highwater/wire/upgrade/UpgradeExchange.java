package io.highwater.wire.upgrade;

import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An opening handshake on some HTTP stack: what it asks, and how the stack answers it. {@link
 * Upgrades} answers it once: by {@link #refuse}, by {@link #fail}, by what {@link #accept} returns,
 * or by having it {@link #pass} a gate. It does so on any thread, but on one at a time.
 */
public interface UpgradeExchange {
    /** What the client asks; valid until it is answered. */
    UpgradeRequest request();

    /** What {@link Upgrades#route} finds at the path of the request. */
    @Nullable Route route();

    /**
     * Runs a task that may block, on a thread that no other connection waits for.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the task will not run
     */
    void execute(Runnable task);

    /**
     * Makes the answer that follows the connection's last, if the connection's next request would
     * wait for that answer, as over HTTP/1.1. That next request would be handled on the thread that
     * reads.
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
     * Sends an accepted handshake through the gate in front of its web application. The stack
     * {@linkplain Admission#open opens} it if the gate lets it pass, else {@linkplain
     * Admission#giveUp gives it up}. Runs on a thread that may block.
     */
    void pass(Gate gate, Admission admission);
}
