package io.highwater.bench.client;

import org.jspecify.annotations.Nullable;

/**
 * What an opening handshake asks for. Immutable.
 *
 * @param subprotocol the one offered, or null
 */
public record Opening(String path, @Nullable String subprotocol) {
    public static Opening of(String path) {
        return new Opening(path, null);
    }
}
