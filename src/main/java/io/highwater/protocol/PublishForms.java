package io.highwater.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages to publish that come as a body of HTTP: one object, or an array of them. Names are not
 * checked yet; {@code data} is JSON, and nests no deeper than a client's may. Immutable.
 *
 * @param isBatch whether the body is an array
 */
public record PublishForms(List<Form> messages, boolean isBatch) {
    /** The data of a message is two levels deep in a batch. */
    private static final int DEPTH = JsonScanner.MAX_DEPTH;

    /** A longer name is no member. */
    private static final int MAX_NAME_BYTES = 2 + 6 * "channel".length();

    public PublishForms {
        messages = List.copyOf(messages);
    }

    /**
     * One message; what is null was not there. Immutable as long as no code writes into {@code
     * data}.
     *
     * @param data JSON text, as it came
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; not copying saves memory.
    public record Form(
            @Nullable String channel,
            @Nullable String msgId,
            @Nullable String key,
            boolean secret,
            byte[] data) {}

    /**
     * @param most how many messages a batch may have
     * @throws IllegalArgumentException says what is wrong, for the sender
     */
    public static PublishForms read(byte[] text, int most) {
        checkUtf8(text);
        boolean batch = new JsonScanner(text).peek() == '[';
        JsonScanner scanner = new JsonScanner(text, 0, batch ? DEPTH + 1 : DEPTH);
        try {
            List<Form> forms = new ArrayList<>();
            if (batch) {
                array(text, scanner, most, forms);
            } else {
                forms.add(form(text, scanner));
            }
            scanner.end();
            return new PublishForms(forms, batch);
        } catch (MalformedJson e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static void checkUtf8(byte[] text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not UTF-8", e);
        }
    }

    private static void array(byte[] text, JsonScanner scanner, int most, List<Form> forms)
            throws MalformedJson {
        scanner.require('[');
        scanner.enter();
        if (!scanner.skip(']')) {
            do {
                if (forms.size() == most) {
                    throw new IllegalArgumentException("more than " + most + " messages");
                }
                try {
                    forms.add(form(text, scanner));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "messages[" + forms.size() + "]: " + e.getMessage(), e);
                }
            } while (scanner.skip(','));
            scanner.require(']');
        }
        scanner.leave();
        if (forms.isEmpty()) {
            throw new IllegalArgumentException("no message");
        }
    }

    private static Form form(byte[] text, JsonScanner scanner) throws MalformedJson {
        String channel = null;
        String msgId = null;
        String key = null;
        Boolean secret = null;
        byte[] data = null;
        scanner.require('{');
        scanner.enter();
        if (!scanner.skip('}')) {
            do {
                String name = name(text, scanner);
                scanner.require(':');
                scanner.peek();
                int from = scanner.at();
                scanner.value();
                int to = scanner.at();
                if (name.equals("data")) {
                    once(name, data);
                    data = Arrays.copyOfRange(text, from, to);
                } else if (text[from] != 'n') {
                    switch (name) {
                        case "channel" -> channel = string(name, channel, text, from, to);
                        case "msgId" -> msgId = string(name, msgId, text, from, to);
                        case "key" -> key = string(name, key, text, from, to);
                        case "secret" -> secret = bool(name, secret, text, from);
                        default -> {
                            // Later versions may know it.
                        }
                    }
                }
            } while (scanner.skip(','));
            scanner.require('}');
        }
        scanner.leave();
        if (data == null) {
            throw new IllegalArgumentException("data: must be there");
        }
        return new Form(channel, msgId, key, secret != null && secret, data);
    }

    private static String name(byte[] text, JsonScanner scanner) throws MalformedJson {
        if (scanner.peek() != '"') {
            throw scanner.malformed("not JSON: expected a name");
        }
        int from = scanner.at();
        scanner.string();
        return scanner.at() - from > MAX_NAME_BYTES
                ? ""
                : JsonStrings.string(text, from, scanner.at());
    }

    private static String string(
            String name, @Nullable Object known, byte[] text, int from, int to) {
        once(name, known);
        if (text[from] != '"') {
            throw new IllegalArgumentException(name + ": must be a string");
        }
        return JsonStrings.string(text, from, to);
    }

    private static boolean bool(String name, @Nullable Object known, byte[] text, int from) {
        once(name, known);
        if (text[from] != 't' && text[from] != 'f') {
            throw new IllegalArgumentException(name + ": must be true or false");
        }
        return text[from] == 't';
    }

    private static void once(String name, @Nullable Object known) {
        if (known != null) {
            throw new IllegalArgumentException(name + ": is there twice");
        }
    }
}
