package io.highwater.publish.http;

import java.util.List;

/**
 * Where the HTTP API listens, and who may use it. Immutable.
 *
 * @param port {@code highwater.api.port}; 0 means any free one. No default: off until it is set
 * @param keys of {@code highwater.api.keys-file}
 */
public record ApiSettings(int port, List<ApiKey> keys) {
    public ApiSettings {
        keys = List.copyOf(keys);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "highwater.api.port: " + port + " is not between 0 and 65535");
        }
    }
}
