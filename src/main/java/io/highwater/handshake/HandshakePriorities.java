package io.highwater.handshake;

import io.highwater.api.Api;

/**
 * The order of the rules, outermost first: a rule runs before those of a larger number. Teams put
 * their own between, as in {@code @Priority(HandshakePriorities.PATH + 10)}; no two rules may share
 * a number.
 */
@Api
public final class HandshakePriorities {
    /**
     * Total and per address, 503. First, so that a full node spends nothing on those it refuses.
     */
    public static final int CONNECTIONS = 1000;

    /** New TCP connections per address, and HTTP/2 streams per TCP connection, 429. */
    public static final int RATE = 1100;

    /** The Host the client named, 403. */
    public static final int HOST = 1200;

    /** Who made the client come, 403. */
    public static final int ORIGIN = 1300;

    /** Sec-WebSocket-Version, 426. */
    public static final int VERSION = 1400;

    /** Sec-WebSocket-Key, 400. */
    public static final int KEY = 1500;

    /** Whether anything is deployed there, 404. Behind it {@code request().route()} is present. */
    public static final int PATH = 1600;

    // 1601 to 1799: the place for authentication and most other rules of a team.

    /** The subprotocol of the session, 400 where one is required. */
    public static final int SUBPROTOCOL = 1800;

    /** What compression the session may use; refuses nobody. The last. */
    public static final int DEFLATE = 2900;

    private HandshakePriorities() {}
}
