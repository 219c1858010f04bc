package io.highwater.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of one message stand in its bytes. Read in one pass, which also checks that the
 * message is JSON; what the members mean is for {@link Codec}. Confined to its caller.
 */
final class Envelope {
    /** In quotes, each character an escape of six bytes; a longer name is no member's. */
    private static final int MAX_NAME_BYTES = 2 + 6 * Member.MAX_TEXT_CHARS;

    private final byte[] text;
    private final int[] from = new int[Member.values().length];
    private final int[] to = new int[Member.values().length];
    private final Set<Member> repeated = EnumSet.noneOf(Member.class);

    Envelope(byte[] text) {
        this.text = text;
    }

    /** Where it throws, the members before that place are known. */
    void read() throws MalformedJson {
        JsonScanner scanner = new JsonScanner(text);
        if (!scanner.skip('{')) {
            throw scanner.malformed("not a JSON object");
        }
        scanner.enter();
        if (!scanner.skip('}')) {
            do {
                member(scanner);
            } while (scanner.skip(','));
            scanner.require('}');
        }
        scanner.leave();
        scanner.end();
    }

    private void member(JsonScanner scanner) throws MalformedJson {
        if (scanner.peek() != '"') {
            throw scanner.malformed("not JSON: expected a name");
        }
        int start = scanner.at();
        boolean escaped = scanner.string();
        Member member = named(start, scanner.at(), escaped);
        scanner.require(':');
        scanner.peek();
        int valueStart = scanner.at();
        scanner.value();
        if (member == null) {
            return;
        }
        if (to[member.ordinal()] > 0) {
            repeated.add(member);
        }
        from[member.ordinal()] = valueStart;
        to[member.ordinal()] = scanner.at();
    }

    private @Nullable Member named(int start, int end, boolean escaped) {
        return end - start > MAX_NAME_BYTES ? null : Member.named(string(start, end, escaped));
    }

    /** The string between these places, quotes included. */
    private String string(int start, int end, boolean escaped) {
        return escaped
                ? unescaped(start + 1, end - 1)
                : new String(text, start + 1, end - start - 2, StandardCharsets.UTF_8);
    }

    /** What the scanner has read over, so that each escape is whole and known. */
    private String unescaped(int start, int end) {
        StringBuilder string = new StringBuilder(end - start);
        int plainFrom = start;
        int at = start;
        while (at < end) {
            if (text[at] != '\\') {
                at++;
                continue;
            }
            if (plainFrom < at) {
                string.append(raw(plainFrom, at));
            }
            char escape = (char) text[at + 1];
            at += 2;
            switch (escape) {
                case 'b' -> string.append('\b');
                case 'f' -> string.append('\f');
                case 'n' -> string.append('\n');
                case 'r' -> string.append('\r');
                case 't' -> string.append('\t');
                case 'u' -> {
                    int unit = 0;
                    for (int i = 0; i < 4; i++) {
                        unit = unit << 4 | HexFormat.fromHexDigit(text[at++]);
                    }
                    string.append((char) unit);
                }
                default -> string.append(escape);
            }
            plainFrom = at;
        }
        return string.append(raw(plainFrom, end)).toString();
    }

    private String raw(int start, int end) {
        return new String(text, start, end - start, StandardCharsets.UTF_8);
    }

    /** Whether the member is there and not null. */
    boolean has(Member member) {
        int end = to[member.ordinal()];
        return end > 0 && text[from[member.ordinal()]] != 'n';
    }

    boolean isRepeated(Member member) {
        return repeated.contains(member);
    }

    /** Whether the member, which is there, is what it may be. */
    boolean isOfItsKind(Member member) {
        return member.kind().admits(text, from[member.ordinal()], to[member.ordinal()]);
    }

    /** The value of a STRING that is there. */
    String string(Member member) {
        int start = from[member.ordinal()];
        int end = to[member.ordinal()];
        boolean escaped = false;
        for (int i = start; i < end; i++) {
            escaped |= text[i] == '\\';
        }
        return string(start, end, escaped);
    }

    /** The id, if it is one; null also where it can't be one. */
    @Nullable Integer id() {
        if (!has(Member.ID) || isRepeated(Member.ID) || !isOfItsKind(Member.ID)) {
            return null;
        }
        int id = Integer.parseInt(raw(from[Member.ID.ordinal()], to[Member.ID.ordinal()]));
        return id < 1 ? null : id;
    }

    /** The bytes of {@code data}, a copy; null where there is none. {@code null} is data too. */
    byte @Nullable [] data() {
        int end = to[Member.DATA.ordinal()];
        return end == 0 ? null : Arrays.copyOfRange(text, from[Member.DATA.ordinal()], end);
    }

    /** A JSON object of those of the members that are there. */
    String objectOf(Set<Member> members) {
        StringBuilder object = new StringBuilder("{");
        for (Member member : members) {
            if (has(member)) {
                object.append(object.length() == 1 ? "\"" : ",\"")
                        .append(member.text())
                        .append("\":")
                        .append(raw(from[member.ordinal()], to[member.ordinal()]));
            }
        }
        return object.append('}').toString();
    }
}
