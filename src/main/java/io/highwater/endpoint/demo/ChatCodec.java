package io.highwater.endpoint.demo;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.json.bind.JsonbException;
import jakarta.json.spi.JsonProvider;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.websocket.DecodeException;
import java.util.stream.Collectors;

/** Reads and writes the JSON of a chat room. Thread-safe. */
@ApplicationScoped
public class ChatCodec {
    private final Jsonb jsonb =
            JsonbBuilder.create(new JsonbConfig().withCreatorParametersRequired(false));
    private final Validator validator = Validation.buildDefaultValidatorFactory().getValidator();
    private final JsonProvider json = JsonProvider.provider();

    /**
     * @throws DecodeException if the message is wrong; its text is meant for the sender
     */
    ChatMessage decode(String text) throws DecodeException {
        ChatMessage message;
        try {
            message = jsonb.fromJson(text, ChatMessage.class);
        } catch (JsonbException e) {
            throw new DecodeException(text, "not a JSON object with a name and a text");
        }
        if (message == null) {
            throw new DecodeException(text, "not a JSON object with a name and a text");
        }
        String problems =
                validator.validate(message).stream()
                        .map(ChatCodec::describe)
                        .sorted()
                        .collect(Collectors.joining("; "));
        if (!problems.isEmpty()) {
            throw new DecodeException(text, problems);
        }
        return message;
    }

    private static String describe(ConstraintViolation<?> violation) {
        return violation.getPropertyPath() + ": " + violation.getMessage();
    }

    String encode(ChatMessage message) {
        JsonObjectBuilder object = json.createObjectBuilder().add("type", "message");
        if (message.id() != null) {
            object.add("id", message.id());
        }
        return object.add("name", message.name()).add("text", message.text()).build().toString();
    }

    String welcome(String room, int members) {
        return json.createObjectBuilder()
                .add("type", "welcome")
                .add("room", room)
                .add("members", members)
                .build()
                .toString();
    }

    String error(String message) {
        return json.createObjectBuilder()
                .add("type", "error")
                .add("message", message)
                .build()
                .toString();
    }
}
