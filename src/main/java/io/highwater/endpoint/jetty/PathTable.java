package io.highwater.endpoint.jetty;

import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.jspecify.annotations.Nullable;

/**
 * What is found by a request's path; of several templates that fit, the most exact one has it.
 * Filled by one thread first; then thread-safe.
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
