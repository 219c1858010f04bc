package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.api.Wiring;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.handshake.address.ClientView;
import java.net.InetAddress;

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

    /** The same of one that keeps its word: given back twice is once, and nothing is thrown. */
    @Wiring
    public void holdAsIs(Lease lease) {
        held.addAsIs(lease);
    }

    /** The client, and what it called, seen through the proxies that are trusted. */
    @Wiring
    public ClientView client() {
        return client;
    }
}
