package io.highwater.wire;

import org.jspecify.annotations.Nullable;

/** Which endpoint a path leads to. Thread-safe. */
@FunctionalInterface
public interface Router {
    /**
     * @param path as {@link io.highwater.handshake.UpgradeRequest#path}
     * @return null where no endpoint is deployed
     */
    @Nullable Route route(String path);
}
