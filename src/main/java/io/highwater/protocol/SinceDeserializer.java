package io.highwater.protocol;

import io.highwater.backbone.Position;
import io.highwater.channel.Since;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.bind.JsonbException;
import jakarta.json.bind.serializer.DeserializationContext;
import jakarta.json.bind.serializer.JsonbDeserializer;
import jakarta.json.stream.JsonParser;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code "latest"}, or a cursor: an object from origin to position. Of an origin that is there
 * twice the last counts. Thread-safe; JSON-B makes it, so it is public.
 */
public final class SinceDeserializer implements JsonbDeserializer<Since> {
    /** More regions than anyone has; a cursor is copied for each subscription. */
    private static final int MAX_ORIGINS = 64;

    private static final Pattern POSITION = Pattern.compile(Names.POSITION);

    @Override
    public Since deserialize(JsonParser parser, DeserializationContext context, Type type) {
        JsonValue value = parser.getValue();
        if (value instanceof JsonString text && text.getString().equals("latest")) {
            return new Since.Latest();
        }
        if (value instanceof JsonObject cursor) {
            return new Since.After(positions(cursor));
        }
        throw refused();
    }

    private static Map<String, Position> positions(JsonObject cursor) {
        if (cursor.isEmpty() || cursor.size() > MAX_ORIGINS) {
            throw refused();
        }
        Map<String, Position> positions = new HashMap<>();
        cursor.forEach((origin, text) -> positions.put(origin, position(origin, text)));
        return positions;
    }

    private static Position position(String origin, JsonValue value) {
        if (origin.length() > Names.MAX_ORIGIN
                || !(value instanceof JsonString text)
                || !POSITION.matcher(text.getString()).matches()) {
            throw refused();
        }
        return Position.parse(origin, text.getString());
    }

    /** JSON-B wraps it; {@link Codec} has the words for the client. */
    private static JsonbException refused() {
        return new JsonbException("since");
    }
}
