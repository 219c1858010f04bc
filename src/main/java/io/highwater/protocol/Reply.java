package io.highwater.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server says. {@link #json} writes it and {@link ReplyReader} reads it. Immutable, as
 * long as the array {@code data} is not written to.
 *
 * <p>The components are the members that docs/protocol.md defines, with the same meaning.
 *
 * <p>Written by hand and not by JSON-B: {@code data} has to pass unchanged, and a message is
 * encoded for each publication.
 */
public sealed interface Reply {
    /** UTF-8, in a new buffer that the caller may keep. */
    ByteBuffer json();

    /**
     * @param pingSeconds 0 if the server sends no pings
     */
    record Welcome(
            @Nullable Integer id,
            String session,
            String node,
            long pingSeconds,
            Reconnect reconnect,
            long maxMessageBytes)
            implements Reply {
        @Override
        public ByteBuffer json() {
            return JsonText.open("welcome", id)
                    .raw(",\"session\":")
                    .string(session)
                    .raw(",\"node\":")
                    .string(node)
                    .raw(",\"pingSeconds\":")
                    .number(pingSeconds)
                    .raw(",\"reconnect\":{\"baseMs\":")
                    .number(reconnect.baseMs())
                    .raw(",\"capMs\":")
                    .number(reconnect.capMs())
                    .raw("},\"maxMessageBytes\":")
                    .number(maxMessageBytes)
                    .raw("}")
                    .take();
        }
    }

    /** How a client spreads its attempts to reconnect. Immutable. */
    record Reconnect(long baseMs, long capMs) {
        /** Base half a second, cap 20 seconds. */
        public static Reconnect defaults() {
            return new Reconnect(500, 20_000);
        }
    }

    /**
     * The subscription exists from now on.
     *
     * @param failure why the client does not get what it missed; null if it does
     * @param cursor null in an ephemeral channel
     */
    record Subscribed(
            Integer id, String channel, @Nullable ResumeFailure failure, @Nullable Cursor cursor)
            implements Reply {
        public boolean recovered() {
            return failure == null;
        }

        @Override
        public ByteBuffer json() {
            JsonText text = JsonText.open("subscribed", id).raw(",\"channel\":").string(channel);
            if (failure == null) {
                text.raw(",\"recovered\":true");
            } else {
                text.raw(",\"recovered\":false,\"reason\":\"").raw(failure.name()).raw("\"");
            }
            if (cursor != null) {
                text.raw(",\"cursor\":").cursor(cursor);
            }
            return text.raw("}").take();
        }
    }

    record Unsubscribed(Integer id, String channel) implements Reply {
        @Override
        public ByteBuffer json() {
            return JsonText.open("unsubscribed", id)
                    .raw(",\"channel\":")
                    .string(channel)
                    .raw("}")
                    .take();
        }
    }

    /**
     * A publication as its subscribers get it.
     *
     * @param position null in an ephemeral channel
     * @param previous the channel's last position in the previous generation, if it is known; only
     *     on the first message of a generation
     * @param data JSON text in UTF-8, as it was published
     * @param publisher the subject that published it; null if it has none or nobody is told
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; not copying saves memory.
    record Message(
            String channel,
            String msgId,
            @Nullable Position position,
            @Nullable Position previous,
            @Nullable String key,
            Mark mark,
            byte[] data,
            @Nullable String publisher)
            implements Reply {
        /** A message that does not tell who published it. */
        public Message(
                String channel,
                String msgId,
                @Nullable Position position,
                @Nullable Position previous,
                @Nullable String key,
                Mark mark,
                byte[] data) {
            this(channel, msgId, position, previous, key, mark, data, null);
        }

        /** Bytes of a message's punctuation and member names. */
        private static final int BYTES = 200;

        /** Why a message comes outside its turn. */
        public enum Mark {
            /** It comes in its normal turn. */
            NONE(""),

            /** It answers {@code since: "latest"}. */
            SNAPSHOT(",\"snapshot\":true"),

            /** It was recovered after its turn. */
            LATE(",\"late\":true");

            private final String member;

            Mark(String member) {
                this.member = member;
            }
        }

        @Override
        public ByteBuffer json() {
            return text().take();
        }

        JsonText text() {
            JsonText text =
                    new JsonText(data.length + channel.length() + BYTES)
                            .raw("{\"type\":\"message\",\"channel\":")
                            .string(channel)
                            .raw(",\"msgId\":")
                            .string(msgId);
            at(text, position);
            if (previous != null) {
                text.raw(",\"previous\":\"").raw(previous.text()).raw("\"");
            }
            if (key != null) {
                text.raw(",\"key\":").string(key);
            }
            if (publisher != null) {
                text.raw(",\"publisher\":").string(publisher);
            }
            return text.raw(mark.member).raw(",\"data\":").raw(data).raw("}");
        }
    }

    /**
     * Publications that were dropped for newer ones.
     *
     * @param from the first of them
     * @param to the last of them
     */
    record Skipped(String channel, Position from, Position to, long count) implements Reply {
        @Override
        public ByteBuffer json() {
            return new JsonText(channel.length() + Message.BYTES)
                    .raw("{\"type\":\"skipped\",\"channel\":")
                    .string(channel)
                    .raw(",\"origin\":")
                    .string(from.origin())
                    .raw(",\"from\":\"")
                    .raw(from.text())
                    .raw("\",\"to\":\"")
                    .raw(to.text())
                    .raw("\",\"count\":")
                    .number(count)
                    .raw(",\"reason\":\"OVERFLOW\"}")
                    .take();
        }
    }

    /**
     * @param position null in an ephemeral channel
     * @param level what this promises, in the terms of docs/protocol.md rule 7
     */
    record Published(
            Integer id, String msgId, @Nullable Position position, String level, boolean duplicate)
            implements Reply {
        @Override
        public ByteBuffer json() {
            JsonText text = JsonText.open("published", id).raw(",\"msgId\":").string(msgId);
            at(text, position);
            return text.raw(",\"level\":")
                    .string(level)
                    .raw(",\"duplicate\":")
                    .raw(duplicate ? "true}" : "false}")
                    .take();
        }
    }

    private static void at(JsonText text, @Nullable Position position) {
        if (position != null) {
            text.raw(",\"origin\":")
                    .string(position.origin())
                    .raw(",\"position\":\"")
                    .raw(position.text())
                    .raw("\"");
        }
    }

    /**
     * If not all messages may fit, use {@link HistoryText}, which writes those that do.
     *
     * @param complete whether nothing follows the last message; otherwise the client asks again
     *     after it
     */
    record History(Integer id, String channel, List<Message> messages, boolean complete)
            implements Reply {
        public History {
            messages = List.copyOf(messages);
        }

        @Override
        public ByteBuffer json() {
            HistoryText text = new HistoryText(id, channel, Long.MAX_VALUE);
            messages.forEach(text::add);
            return complete ? text.complete() : text.incomplete();
        }
    }

    /**
     * @param count subscriptions to the channel
     * @param clients the names of the subscribed clients, each once
     */
    record Present(Integer id, String channel, int count, List<String> clients) implements Reply {
        public Present {
            clients = List.copyOf(clients);
        }

        @Override
        public ByteBuffer json() {
            JsonText text =
                    JsonText.open("presence", id)
                            .raw(",\"channel\":")
                            .string(channel)
                            .raw(",\"count\":")
                            .number(count)
                            .raw(",\"clients\":");
            return list(text, clients).raw("}").take();
        }
    }

    /**
     * So many subscriptions, and the names of some or all of their clients, each once for each of
     * its subscriptions. Immutable.
     */
    record Members(int count, List<String> clients) {
        public Members {
            clients = List.copyOf(clients);
        }

        private void write(JsonText text, String name) {
            if (count > 0) {
                text.raw(",\"").raw(name).raw("\":{\"count\":").number(count).raw(",\"clients\":");
                list(text, clients).raw("}");
            }
        }
    }

    private static JsonText list(JsonText text, List<String> clients) {
        text.raw("[");
        boolean isFirst = true;
        for (String client : clients) {
            text.raw(isFirst ? "" : ",").string(client);
            isFirst = false;
        }
        return text.raw("]");
    }

    /**
     * Who came and went since the event before, in sum.
     *
     * @param snapshot whether {@code joined} is everybody who is there
     * @param count subscriptions to the channel
     */
    record PresenceChange(String channel, boolean snapshot, int count, Members joined, Members left)
            implements Reply {
        @Override
        public ByteBuffer json() {
            JsonText text = JsonText.open("presence", null).raw(",\"channel\":").string(channel);
            if (snapshot) {
                text.raw(",\"snapshot\":true");
            }
            text.raw(",\"count\":").number(count);
            joined.write(text, "joined");
            left.write(text, "left");
            return text.raw("}").take();
        }
    }

    record Pong(Integer id) implements Reply {
        @Override
        public ByteBuffer json() {
            return JsonText.open("pong", id).raw("}").take();
        }
    }

    /**
     * The node is about to close the session.
     *
     * @param avoid the node that the client should not come back to for now
     */
    record Drain(long retryAfterMs, String avoid) implements Reply {
        @Override
        public ByteBuffer json() {
            return JsonText.open("drain", null)
                    .raw(",\"retryAfterMs\":")
                    .number(retryAfterMs)
                    .raw(",\"avoid\":")
                    .string(avoid)
                    .raw("}")
                    .take();
        }
    }

    /**
     * A command failed; the connection stays open.
     *
     * @param retryAfterMs when the same command may be sent again; null if it would fail again
     * @param msgId with OUT_OF_ORDER, the publish that has to be sent first; else null
     */
    record Failed(
            @Nullable Integer id,
            ErrorCode code,
            String message,
            @Nullable Long retryAfterMs,
            @Nullable String msgId)
            implements Reply {
        public Failed(@Nullable Integer id, ErrorCode code, String message) {
            this(id, code, message, null, null);
        }

        /** A publish behind one that failed. */
        public static Failed outOfOrder(Integer id, String failedMsgId) {
            return new Failed(
                    id,
                    ErrorCode.OUT_OF_ORDER,
                    "msgId: an earlier publish to the channel failed; send that again first",
                    null,
                    failedMsgId);
        }

        @Override
        public ByteBuffer json() {
            JsonText text =
                    JsonText.open("error", id)
                            .raw(",\"code\":\"")
                            .raw(code.name())
                            .raw("\",\"message\":")
                            .string(message);
            if (msgId != null) {
                text.raw(",\"msgId\":").string(msgId);
            }
            if (retryAfterMs != null) {
                text.raw(",\"retryAfterMs\":").number(retryAfterMs);
            }
            return text.raw("}").take();
        }
    }
}
