package io.highwater.endpoint.demo;

import jakarta.json.bind.annotation.JsonbCreator;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a member says and all members of the room receive. Immutable; valid only once checked.
 *
 * @param id the sender's own id for the message, passed on; optional
 */
public record ChatMessage(
        @Nullable @Size(max = 64) String id,
        @NotNull @Size(min = 1, max = 40) String name,
        @NotNull @Size(min = 1, max = 16_384) String text) {
    /** Unknown fields are ignored, absent ones are null until the check. */
    @JsonbCreator
    public static ChatMessage of(
            @JsonbProperty("id") @Nullable String id,
            @JsonbProperty("name") String name,
            @JsonbProperty("text") String text) {
        return new ChatMessage(id, name, text);
    }
}
