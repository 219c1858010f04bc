package io.highwater.protocol;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members that a command may have; others are ignored. */
enum Member {
    TYPE("type", Kind.STRING),
    ID("id", Kind.INTEGER),
    CLIENT("client", Kind.STRING),
    ATTEMPT("attempt", Kind.INTEGER),
    CHANNEL("channel", Kind.STRING),
    SINCE("since", Kind.STRING_OR_OBJECT),
    LIMIT("limit", Kind.INTEGER),
    PRESENCE("presence", Kind.BOOLEAN),
    MSG_ID("msgId", Kind.STRING),
    KEY("key", Kind.STRING),
    SECRET("secret", Kind.BOOLEAN),
    DATA("data", Kind.ANY),
    ORIGIN("origin", Kind.STRING),
    AFTER("after", Kind.STRING),
    BEFORE("before", Kind.STRING),
    AT("at", Kind.STRING);

    /** Length of the longest {@link #text}. */
    static final int MAX_TEXT_CHARS =
            Arrays.stream(values()).mapToInt(member -> member.text.length()).max().orElseThrow();

    private static final Map<String, Member> BY_NAME = new HashMap<>();

    static {
        for (Member member : values()) {
            BY_NAME.put(member.text, member);
        }
    }

    /** The JSON kind of a value. JSON-B would accept a number for a string, and 4.5 for 4. */
    enum Kind {
        STRING("must be a string"),
        INTEGER("must be a whole number up to 2147483647"),
        BOOLEAN("must be true or false"),
        STRING_OR_OBJECT("must be \"latest\" or an object"),
        ANY("");

        private final String demand;

        Kind(String demand) {
            this.demand = demand;
        }

        /** What to tell a client that sent a value of another kind. */
        String demand() {
            return demand;
        }

        /**
         * @param text contains one valid JSON value in this range
         */
        boolean admits(byte[] text, int from, int to) {
            byte first = text[from];
            return switch (this) {
                case STRING -> first == '"';
                case INTEGER -> isInt(text, from, to);
                case BOOLEAN -> first == 't' || first == 'f';
                case STRING_OR_OBJECT -> first == '"' || first == '{';
                case ANY -> true;
            };
        }

        private static boolean isInt(byte[] text, int from, int to) {
            int digitsFrom = text[from] == '-' ? from + 1 : from;
            long value = 0;
            for (int i = digitsFrom; i < to; i++) {
                if (text[i] < '0' || text[i] > '9' || value > Integer.MAX_VALUE) {
                    return false;
                }
                value = value * 10 + text[i] - '0';
            }
            return value <= Integer.MAX_VALUE;
        }
    }

    private final String text;
    private final Kind kind;

    Member(String text, Kind kind) {
        this.text = text;
        this.kind = kind;
    }

    /** The member's name in a message. */
    String text() {
        return text;
    }

    Kind kind() {
        return kind;
    }

    static @Nullable Member named(String name) {
        return BY_NAME.get(name);
    }
}
