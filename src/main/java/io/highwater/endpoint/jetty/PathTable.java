package io.highwater.endpoint.jetty;

import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.jspecify.annotations.Nullable;

/**
 * A map from path templates to resources; if several templates match a request's path, the most
 * exact one wins. First filled by one thread, then thread-safe.
 */
public final class PathTable<T> {
    private final PathMappings<T> mappings = new PathMappings<>();

    public void put(PathTemplate path, T resource) {
        mappings.put(path.spec(), resource);
    }

    public @Nullable T find(String path) {
        MatchedResource<T> match = mappings.getMatched(path);
        return match == null ? null : match.getResource();
    }
}
