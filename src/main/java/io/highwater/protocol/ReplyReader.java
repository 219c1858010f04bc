package io.highwater.protocol;

import io.highwater.protocol.Reply.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server's messages, for a client: the counterpart of {@link Reply#json}. {@code data} is
 * cut out byte for byte; unknown members are ignored. Thread-safe: it has no state.
 */
public final class ReplyReader {
    private ReplyReader() {}

    /**
     * @param message must be valid UTF-8; not kept
     * @return empty if this client does not know the message's type: a later server may have more
     *     types
     * @throws MalformedReply if the type is known and the message is not as docs/protocol.md
     *     defines it
     */
    public static Optional<Reply> read(byte[] message) throws MalformedReply {
        try {
            return Optional.ofNullable(read(JsonMembers.of(message)));
        } catch (MalformedJson e) {
            throw new MalformedReply(String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable Reply read(JsonMembers members) throws MalformedReply, MalformedJson {
        return switch (members.string("type")) {
            case "welcome" -> welcome(members);
            case "subscribed" -> subscribed(members);
            case "unsubscribed" -> new Reply.Unsubscribed(id(members), members.string("channel"));
            case "message" -> message(members);
            case "skipped" -> skipped(members);
            case "published" -> published(members);
            case "history" -> history(members);
            case "presence" -> presence(members);
            case "pong" -> new Reply.Pong(id(members));
            case "drain" ->
                    new Reply.Drain(members.number("retryAfterMs"), members.string("avoid"));
            case "error" -> failed(members);
            default -> null;
        };
    }

    private static Reply welcome(JsonMembers members) throws MalformedReply, MalformedJson {
        JsonMembers reconnect = members.object("reconnect");
        return new Reply.Welcome(
                optionalId(members),
                members.string("session"),
                members.string("node"),
                members.number("pingSeconds"),
                new Reply.Reconnect(reconnect.number("baseMs"), reconnect.number("capMs")),
                members.number("maxMessageBytes"));
    }

    private static Reply subscribed(JsonMembers members) throws MalformedReply, MalformedJson {
        ResumeFailure failure =
                members.isTrue("recovered")
                        ? null
                        : word(ResumeFailure.class, members.string("reason"), "reason");
        JsonMembers cursor = members.optionalObject("cursor");
        return new Reply.Subscribed(
                id(members),
                members.string("channel"),
                failure,
                cursor == null ? null : cursor(cursor));
    }

    private static Cursor cursor(JsonMembers members) throws MalformedReply {
        List<Position> positions = new ArrayList<>();
        for (String origin : members.names()) {
            positions.add(position(origin, members.string(origin)));
        }
        if (positions.isEmpty()) {
            throw new MalformedReply("cursor: names no origin");
        }
        return Cursor.of(positions);
    }

    private static Message message(JsonMembers members) throws MalformedReply {
        return new Message(
                members.string("channel"),
                members.string("msgId"),
                optionalPosition(members, "position"),
                optionalPosition(members, "previous"),
                members.optionalString("key"),
                mark(members),
                members.bytes("data"),
                members.optionalString("publisher"));
    }

    private static Message.Mark mark(JsonMembers members) throws MalformedReply {
        if (members.isTrue("snapshot")) {
            return Message.Mark.SNAPSHOT;
        }
        return members.isTrue("late") ? Message.Mark.LATE : Message.Mark.NONE;
    }

    private static Reply skipped(JsonMembers members) throws MalformedReply {
        String origin = members.string("origin");
        return new Reply.Skipped(
                members.string("channel"),
                position(origin, members.string("from")),
                position(origin, members.string("to")),
                members.number("count"));
    }

    private static Reply published(JsonMembers members) throws MalformedReply {
        return new Reply.Published(
                id(members),
                members.string("msgId"),
                optionalPosition(members, "position"),
                members.string("level"),
                members.isTrue("duplicate"));
    }

    private static Reply history(JsonMembers members) throws MalformedReply, MalformedJson {
        List<Message> messages = new ArrayList<>();
        for (JsonMembers message : members.objects("messages")) {
            messages.add(message(message));
        }
        return new Reply.History(
                id(members), members.string("channel"), messages, members.isTrue("complete"));
    }

    private static Reply presence(JsonMembers members) throws MalformedReply, MalformedJson {
        if (optionalId(members) == null) {
            return new Reply.PresenceChange(
                    members.string("channel"),
                    members.isTrue("snapshot"),
                    (int) members.number("count"),
                    members(members.optionalObject("joined")),
                    members(members.optionalObject("left")));
        }
        return new Reply.Present(
                id(members),
                members.string("channel"),
                (int) members.number("count"),
                members.strings("clients"));
    }

    private static Reply.Members members(@Nullable JsonMembers members)
            throws MalformedReply, MalformedJson {
        return members == null
                ? new Reply.Members(0, List.of())
                : new Reply.Members((int) members.number("count"), members.strings("clients"));
    }

    private static Reply failed(JsonMembers members) throws MalformedReply {
        return new Reply.Failed(
                optionalId(members),
                word(ErrorCode.class, members.string("code"), "code"),
                members.string("message"),
                members.optionalNumber("retryAfterMs"),
                members.optionalString("msgId"));
    }

    private static Integer id(JsonMembers members) throws MalformedReply {
        return (int) members.number("id");
    }

    private static @Nullable Integer optionalId(JsonMembers members) throws MalformedReply {
        Long id = members.optionalNumber("id");
        return id == null ? null : (Integer) id.intValue();
    }

    private static @Nullable Position optionalPosition(JsonMembers members, String name)
            throws MalformedReply {
        String text = members.optionalString(name);
        return text == null ? null : position(members.string("origin"), text);
    }

    private static Position position(String origin, String text) throws MalformedReply {
        try {
            return Position.parse(origin, text);
        } catch (IllegalArgumentException e) {
            throw new MalformedReply(String.valueOf(e.getMessage()), e);
        }
    }

    private static <E extends Enum<E>> E word(Class<E> words, String word, String name)
            throws MalformedReply {
        try {
            return Enum.valueOf(words, word);
        } catch (IllegalArgumentException e) {
            throw new MalformedReply(name + ": is no word of this protocol", e);
        }
    }
}
