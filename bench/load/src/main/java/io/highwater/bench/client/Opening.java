package io.highwater.bench.client;

import org.jspecify.annotations.Nullable;

/**
 * What an opening handshake asks for. Immutable.
 *
 * @param subprotocol the one offered, or null
 * @param deflate whether permessage-deflate is offered; over HTTP/1.1 only
 */
public record Opening(String path, @Nullable String subprotocol, boolean deflate) {
    public static Opening of(String path) {
        return new Opening(path, null, false);
    }

    /** The same, with that subprotocol offered. */
    public Opening speaking(String offered) {
        return new Opening(path, offered, deflate);
    }

    /** The same, with permessage-deflate offered or not. */
    public Opening deflating(boolean offered) {
        return new Opening(path, subprotocol, offered);
    }
}
