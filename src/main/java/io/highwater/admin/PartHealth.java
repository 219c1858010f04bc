package io.highwater.admin;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.List;

/**
 * How something is that a node depends on, as {@code /health/ready?verbose} shows it. Immutable.
 *
 * @param part such as {@code backbone}
 * @param state a word in lower case, such as {@code unavailable}
 * @param detail for an operator: where it is, what it waits for, or what is wrong; one line,
 *     without passwords
 */
public record PartHealth(String part, String state, String detail) {
    static JsonArrayBuilder json(List<PartHealth> parts) {
        JsonArrayBuilder all = Json.createArrayBuilder();
        for (PartHealth each : parts) {
            all.add(
                    Json.createObjectBuilder()
                            .add("part", each.part)
                            .add("state", each.state)
                            .add("detail", each.detail));
        }
        return all;
    }
}
