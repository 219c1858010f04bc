package io.highwater.handshake;

/**
 * The subprotocol that carries a token for pages, whose WebSockets can set no header: {@code
 * highwater.bearer.TOKEN}, offered beside the real one. It is never chosen, so that it is never
 * sent back. Stateless.
 */
public final class BearerSubprotocol {
    private static final String PREFIX = "highwater.bearer.";

    private BearerSubprotocol() {}

    /** Whether an offered subprotocol is a token. */
    public static boolean is(String offered) {
        return offered.startsWith(PREFIX);
    }

    /** The token in a subprotocol that {@link #is} one. */
    public static String token(String offered) {
        return offered.substring(PREFIX.length());
    }
}
