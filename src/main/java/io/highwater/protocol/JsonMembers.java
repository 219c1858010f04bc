package io.highwater.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object inside a larger text. For messages with more kinds of members, but
 * fewer in number, than {@link Envelope} is made for. A member that is null counts as absent; if a
 * member appears twice, the last one counts. Confined to its caller.
 */
final class JsonMembers {
    /** A history's messages lie in an object in a list; each may nest as deeply as any message. */
    private static final int MAX_DEPTH = JsonScanner.MAX_DEPTH + 2;

    private record Span(int from, int to) {}

    private final byte[] text;
    private final Map<String, Span> members = new HashMap<>();

    private JsonMembers(byte[] text) {
        this.text = text;
    }

    /** Reads a text that is one object. */
    static JsonMembers of(byte[] text) throws MalformedJson {
        JsonMembers members = new JsonMembers(text);
        JsonScanner scanner = new JsonScanner(text, 0, MAX_DEPTH);
        members.read(scanner);
        scanner.end();
        return members;
    }

    private void read(JsonScanner scanner) throws MalformedJson {
        if (!scanner.skip('{')) {
            throw scanner.malformed("not a JSON object");
        }
        scanner.enter();
        if (!scanner.skip('}')) {
            do {
                if (scanner.peek() != '"') {
                    throw scanner.malformed("not JSON: expected a name");
                }
                Span name = string(scanner);
                scanner.require(':');
                members.put(JsonStrings.string(text, name.from, name.to), value(scanner));
            } while (scanner.skip(','));
            scanner.require('}');
        }
        scanner.leave();
    }

    private static Span string(JsonScanner scanner) throws MalformedJson {
        int from = scanner.at();
        scanner.string();
        return new Span(from, scanner.at());
    }

    private static Span value(JsonScanner scanner) throws MalformedJson {
        scanner.peek();
        int from = scanner.at();
        scanner.value();
        return new Span(from, scanner.at());
    }

    Iterable<String> names() {
        return members.keySet();
    }

    private @Nullable Span find(String name) {
        Span span = members.get(name);
        return span == null || text[span.from] == 'n' ? null : span;
    }

    private Span get(String name) throws MalformedReply {
        Span span = find(name);
        if (span == null) {
            throw new MalformedReply(name + ": is missing");
        }
        return span;
    }

    private static MalformedReply refused(String name, String demand) {
        return new MalformedReply(name + ": " + demand);
    }

    String string(String name) throws MalformedReply {
        return string(get(name), name);
    }

    @Nullable String optionalString(String name) throws MalformedReply {
        Span span = find(name);
        return span == null ? null : string(span, name);
    }

    private String string(Span span, String name) throws MalformedReply {
        if (text[span.from] != '"') {
            throw refused(name, "must be a string");
        }
        return JsonStrings.string(text, span.from, span.to);
    }

    long number(String name) throws MalformedReply {
        return number(get(name), name);
    }

    @Nullable Long optionalNumber(String name) throws MalformedReply {
        Span span = find(name);
        return span == null ? null : number(span, name);
    }

    private long number(Span span, String name) throws MalformedReply {
        try {
            return Long.parseLong(JsonStrings.raw(text, span.from, span.to));
        } catch (NumberFormatException e) {
            throw new MalformedReply(name + ": must be a whole number below 2^63", e);
        }
    }

    /** False if it is absent. */
    boolean isTrue(String name) throws MalformedReply {
        Span span = find(name);
        if (span != null && text[span.from] != 't' && text[span.from] != 'f') {
            throw refused(name, "must be true or false");
        }
        return span != null && text[span.from] == 't';
    }

    /** A copy of a value's bytes as they are in the text; {@code null} counts as a value. */
    byte[] bytes(String name) throws MalformedReply {
        Span span = members.get(name);
        if (span == null) {
            throw refused(name, "is missing");
        }
        byte[] bytes = new byte[span.to - span.from];
        System.arraycopy(text, span.from, bytes, 0, bytes.length);
        return bytes;
    }

    JsonMembers object(String name) throws MalformedReply, MalformedJson {
        return object(get(name), name);
    }

    @Nullable JsonMembers optionalObject(String name) throws MalformedReply, MalformedJson {
        Span span = find(name);
        return span == null ? null : object(span, name);
    }

    private JsonMembers object(Span span, String name) throws MalformedReply, MalformedJson {
        if (text[span.from] != '{') {
            throw refused(name, "must be an object");
        }
        JsonMembers members = new JsonMembers(text);
        members.read(new JsonScanner(text, span.from, MAX_DEPTH));
        return members;
    }

    List<JsonMembers> objects(String name) throws MalformedReply, MalformedJson {
        List<JsonMembers> objects = new ArrayList<>();
        for (Span element : elements(name)) {
            objects.add(object(element, name));
        }
        return objects;
    }

    List<String> strings(String name) throws MalformedReply, MalformedJson {
        List<String> strings = new ArrayList<>();
        for (Span element : elements(name)) {
            strings.add(string(element, name));
        }
        return strings;
    }

    private List<Span> elements(String name) throws MalformedReply, MalformedJson {
        Span list = get(name);
        JsonScanner scanner = new JsonScanner(text, list.from, MAX_DEPTH);
        if (!scanner.skip('[')) {
            throw refused(name, "must be a list");
        }
        List<Span> elements = new ArrayList<>();
        if (!scanner.skip(']')) {
            do {
                elements.add(value(scanner));
            } while (scanner.skip(','));
        }
        return elements;
    }
}
