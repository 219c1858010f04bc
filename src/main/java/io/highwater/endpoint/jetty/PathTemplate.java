package io.highwater.endpoint.jetty;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.util.URIUtil;

/** A path with variables, such as {@code /prices/{symbol}}. Immutable. */
public final class PathTemplate {
    private final UriTemplatePathSpec spec;

    /**
     * @throws IllegalArgumentException if the template is wrong; says what
     */
    public PathTemplate(String path) {
        this.spec = new UriTemplatePathSpec(path);
    }

    UriTemplatePathSpec spec() {
        return spec;
    }

    public Set<String> variables() {
        return Set.of(spec.getVariables());
    }

    /** The decoded value of each variable in a path that matches. */
    public Map<String, String> values(String path) {
        if (spec.getVariableCount() == 0) {
            return Map.of();
        }
        Map<String, String> values = new HashMap<>();
        spec.getPathParams(path)
                .forEach((name, value) -> values.put(name, URIUtil.decodePath(value)));
        return Map.copyOf(values);
    }

    @Override
    public String toString() {
        return spec.getDeclaration();
    }
}
