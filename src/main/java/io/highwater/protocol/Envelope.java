package io.highwater.protocol;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of one message lie in its bytes. Read in one pass, which also checks that the
 * message is JSON; {@link Codec} interprets the members. Confined to its caller.
 */
final class Envelope {
    /** In quotes, with each character as an escape of six bytes; a longer name is no member. */
    private static final int MAX_NAME_BYTES = 2 + 6 * Member.MAX_TEXT_CHARS;

    private final byte[] text;
    private final int[] from = new int[Member.values().length];
    private final int[] to = new int[Member.values().length];
    private final Set<Member> repeated = EnumSet.noneOf(Member.class);

    Envelope(byte[] text) {
        this.text = text;
    }

    /** If it throws, the members before the error are known. */
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
        scanner.string();
        Member member = named(start, scanner.at());
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

    private @Nullable Member named(int start, int end) {
        return end - start > MAX_NAME_BYTES
                ? null
                : Member.named(JsonStrings.string(text, start, end));
    }

    /** Whether the member is present and not null. */
    boolean has(Member member) {
        int end = to[member.ordinal()];
        return end > 0 && text[from[member.ordinal()]] != 'n';
    }

    boolean isRepeated(Member member) {
        return repeated.contains(member);
    }

    /** Whether the member, which must be present, has the right kind of value. */
    boolean isOfItsKind(Member member) {
        return member.kind().admits(text, from[member.ordinal()], to[member.ordinal()]);
    }

    /** The value of a member of kind STRING that is present. */
    String string(Member member) {
        return JsonStrings.string(text, from[member.ordinal()], to[member.ordinal()]);
    }

    /** The id; null if there is none or it is not a valid one. */
    @Nullable Integer id() {
        if (!has(Member.ID) || isRepeated(Member.ID) || !isOfItsKind(Member.ID)) {
            return null;
        }
        int id =
                Integer.parseInt(
                        JsonStrings.raw(text, from[Member.ID.ordinal()], to[Member.ID.ordinal()]));
        return id < 1 ? null : id;
    }

    /** A copy of the bytes of {@code data}; null if there is none. {@code null} counts as data. */
    byte @Nullable [] data() {
        int end = to[Member.DATA.ordinal()];
        return end == 0 ? null : Arrays.copyOfRange(text, from[Member.DATA.ordinal()], end);
    }

    /** A JSON object of those of the members that are present. */
    String objectOf(Set<Member> members) {
        StringBuilder object = new StringBuilder("{");
        for (Member member : members) {
            if (has(member)) {
                object.append(object.length() == 1 ? "\"" : ",\"")
                        .append(member.text())
                        .append("\":")
                        .append(
                                JsonStrings.raw(
                                        text, from[member.ordinal()], to[member.ordinal()]));
            }
        }
        return object.append('}').toString();
    }
}
