package io.highwater.protocol;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.bind.JsonbException;
import jakarta.json.bind.serializer.DeserializationContext;
import jakarta.json.bind.serializer.JsonbDeserializer;
import jakarta.json.stream.JsonParser;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads {@code "latest"}, or a cursor: an object that maps origins to positions. If an origin
 * appears twice, the last one counts. Thread-safe; public because JSON-B creates it.
 */
public final class SinceDeserializer implements JsonbDeserializer<Since> {
    /** More than any installation has regions. */
    private static final int MAX_ORIGINS = 64;

    private static final Pattern POSITION = Pattern.compile(Names.POSITION);

    @Override
    public Since deserialize(JsonParser parser, DeserializationContext context, Type type) {
        JsonValue value = parser.getValue();
        if (value instanceof JsonString text && text.getString().equals("latest")) {
            return new Since.Latest();
        }
        if (value instanceof JsonObject cursor) {
            return after(cursor);
        }
        throw refused();
    }

    /** All positions must be well formed, even those that are not used later. */
    private static Since after(JsonObject cursor) {
        if (cursor.isEmpty() || cursor.size() > MAX_ORIGINS) {
            throw refused();
        }
        List<Position> positions = new ArrayList<>(cursor.size());
        cursor.forEach((origin, text) -> positions.add(position(origin, text)));
        return new Since.After(Cursor.of(positions));
    }

    private static Position position(String origin, JsonValue value) {
        if (origin.length() > Names.MAX_ORIGIN
                || !(value instanceof JsonString text)
                || !POSITION.matcher(text.getString()).matches()) {
            throw refused();
        }
        return Position.parse(origin, text.getString());
    }

    /** JSON-B wraps this exception; {@link Codec} words the answer to the client. */
    private static JsonbException refused() {
        return new JsonbException("since");
    }
}
