package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.handshake.UpgradeDecision.Lease;
import jakarta.interceptor.InvocationContext;
import java.net.InetAddress;
import java.util.concurrent.CompletionStage;

/**
 * One opening handshake on its way through the rules. Thread-safe; of no use once the decision is
 * made.
 */
@Api
public final class UpgradeAttempt {
    private final UpgradeRequest request;
    private final ClientView client;
    private final HeldLeases held;

    UpgradeAttempt(UpgradeRequest request, ClientView client, HeldLeases held) {
        this.request = request;
        this.client = client;
        this.held = held;
    }

    /** The one that an interceptor of a rule was called for. */
    public static UpgradeAttempt of(InvocationContext context) {
        return (UpgradeAttempt) context.getParameters()[0];
    }

    /** The answer of the rules behind this one. */
    @SuppressWarnings("unchecked") // the type of HandshakeChain.decide
    public static CompletionStage<UpgradeDecision> proceed(InvocationContext context)
            throws Exception {
        return (CompletionStage<UpgradeDecision>) context.proceed();
    }

    /** As it came; forwarded headers in it are not to be believed. */
    public UpgradeRequest request() {
        return request;
    }

    /** The client's address, behind trusted proxies the one they report. */
    public InetAddress clientAddress() {
        return client.address();
    }

    /**
     * Keeps something for the session. It is released when the session is over, or at once where
     * another rule refuses or fails: the rule that took it need not watch the others.
     */
    public void hold(Lease lease) {
        held.add(lease);
    }

    /** Whether the TCP connection is the client's own. */
    boolean isDirect() {
        return client.address().equals(request.peer().getAddress());
    }

    ClientView client() {
        return client;
    }
}
