package io.highwater.handshake;

import io.highwater.api.Api;

/**
 * The order of the rules, outermost first: a rule runs before those with a larger number. An
 * application places its own rules between them, as in {@code @Priority(HandshakePriorities.PATH +
 * 10)}; no two rules may have the same number.
 */
@Api
public final class HandshakePriorities {
    /**
     * Connections in total and per address, 503. First, so that a full node spends nothing on the
     * handshakes it refuses.
     */
    public static final int CONNECTIONS = 1000;

    /** New TCP connections per address, and HTTP/2 streams per TCP connection, 429. */
    public static final int RATE = 1100;

    /** The Host that the client named, 403. */
    public static final int HOST = 1200;

    /** The origin that caused the client to connect, 403. */
    public static final int ORIGIN = 1300;

    /** Sec-WebSocket-Version, 426. */
    public static final int VERSION = 1400;

    /** Sec-WebSocket-Key, 400. */
    public static final int KEY = 1500;

    /**
     * The roles that the endpoint allows, 403. It looks at the decision of the rules after it, so a
     * rule that says who the client is belongs there.
     */
    public static final int ROLES = 1550;

    /**
     * Whether an endpoint is deployed there, 404. After it {@code request().route()} is present.
     */
    public static final int PATH = 1600;

    // 1601 to 1799: for authentication and most other rules of an application.

    /**
     * Who the client is by its token, 401. A rule before it that knows somebody too has the last
     * word, because it gets the decision last.
     */
    public static final int IDENTITY = 1650;

    /** The session's subprotocol, 400 if one is required. */
    public static final int SUBPROTOCOL = 1800;

    /** The compression that the session may use; refuses no handshake. The last rule. */
    public static final int DEFLATE = 2900;

    private HandshakePriorities() {}
}
