package io.highwater.admin;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.Map;

/**
 * An answer of the admin port. Immutable.
 *
 * @param headers more headers, by name
 */
public record AdminResponse(
        int status, String contentType, String body, Map<String, String> headers) {
    private static final String JSON = "application/json";

    public AdminResponse {
        headers = Map.copyOf(headers);
    }

    static AdminResponse text(String contentType, String body) {
        return new AdminResponse(200, contentType, body, Map.of());
    }

    static AdminResponse json(String body) {
        return text(JSON, body);
    }

    /** A JSON object with one word of state. */
    static AdminResponse state(int status, String state) {
        return new AdminResponse(status, JSON, "{\"status\":\"" + state + "\"}\n", Map.of());
    }

    /** The same with the parts that the state depends on. */
    static AdminResponse state(int status, String state, JsonArrayBuilder parts) {
        String body =
                Json.createObjectBuilder().add("status", state).add("parts", parts).build() + "\n";
        return new AdminResponse(status, JSON, body, Map.of());
    }

    /**
     * @param why one sentence, which may quote the client's request
     */
    static AdminResponse error(int status, String why) {
        String body =
                Json.createObjectBuilder().add("status", status).add("error", why).build() + "\n";
        return new AdminResponse(status, JSON, body, Map.of());
    }

    AdminResponse withHeader(String name, String value) {
        return new AdminResponse(status, contentType, body, Map.of(name, value));
    }
}
