package io.highwater.endpoint.jetty;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.util.MultiMap;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

/** Reads the query of a request. Stateless. */
public final class QueryParameters {
    private QueryParameters() {}

    /** Parses leniently: a malformed query of a peer must not make the endpoint fail. */
    public static Map<String, List<String>> of(@Nullable String query) {
        if (query == null) {
            return Map.of();
        }
        MultiMap<String> parameters = new MultiMap<>();
        UrlEncoded.decodeUtf8To(query, 0, query.length(), parameters::add, true, true, true);
        parameters.replaceAll((name, values) -> List.copyOf(values));
        return Collections.unmodifiableMap(parameters);
    }
}
