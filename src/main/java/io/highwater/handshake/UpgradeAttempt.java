package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.api.Wiring;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.handshake.address.ClientView;
import java.net.InetAddress;

/**
 * One opening handshake on its way through the rules. Thread-safe; must not be used once the
 * decision is made.
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

    /** The request as received; its forwarded headers are not verified. */
    public UpgradeRequest request() {
        return request;
    }

    /** The client's address; behind trusted proxies, the address that they report. */
    public InetAddress clientAddress() {
        return client.address();
    }

    /**
     * Keeps a lease for the session. It is released when the session is over, or at once if another
     * rule refuses or fails, so the rule that took it need not watch the others.
     */
    public void hold(Lease lease) {
        held.add(lease);
    }

    /** The same for a lease that tolerates a second release and never throws. */
    @Wiring
    public void holdAsIs(Lease lease) {
        held.addAsIs(lease);
    }

    /** The client and the host it named, as seen through the trusted proxies. */
    @Wiring
    public ClientView client() {
        return client;
    }
}
