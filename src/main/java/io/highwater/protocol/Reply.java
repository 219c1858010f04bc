package io.highwater.protocol;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Position;
import io.highwater.channel.HistoryPage;
import io.highwater.channel.Presence;
import io.highwater.channel.SubscribeOutcome;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server says, as UTF-8: one method a type of message. Thread-safe, having no state. Each
 * buffer is the caller's own.
 *
 * <p>By hand and not by JSON-B: {@code data} has to pass as it is, and a message is encoded for
 * each publication.
 */
public final class Reply {
    /** Entries in an answer to {@code history} (docs/protocol.md rule 12). */
    public static final int MAX_HISTORY = 1_000;

    /** Around a message's own texts: its punctuation and its names. */
    private static final int MESSAGE_BYTES = 200;

    private static final int SMALL_BYTES = 128;

    private Reply() {}

    /**
     * @param pingSeconds 0 where the server sends no pings
     */
    public static ByteBuffer welcome(
            @Nullable Integer id,
            String session,
            String node,
            long pingSeconds,
            long maxMessageBytes) {
        return open("welcome", id)
                .raw(",\"session\":")
                .string(session)
                .raw(",\"node\":")
                .string(node)
                .raw(",\"pingSeconds\":")
                .number(pingSeconds)
                .raw(",\"reconnect\":{\"baseMs\":500,\"capMs\":20000},\"maxMessageBytes\":")
                .number(maxMessageBytes)
                .raw("}")
                .take();
    }

    /** The answer to a subscribe that brought a subscription about. */
    public static ByteBuffer subscribed(SubscribeOutcome.Recovered outcome) {
        return cursor(
                        onChannel("subscribed", outcome.requestId(), outcome.channel())
                                .raw(",\"recovered\":true"),
                        outcome.cursor())
                .raw("}")
                .take();
    }

    /** The same where what was missed can't be had. */
    public static ByteBuffer subscribed(SubscribeOutcome.NotRecovered outcome) {
        return cursor(
                        onChannel("subscribed", outcome.requestId(), outcome.channel())
                                .raw(",\"recovered\":false,\"reason\":\"")
                                .raw(outcome.reason().name())
                                .raw("\""),
                        outcome.cursor())
                .raw("}")
                .take();
    }

    private static JsonText cursor(JsonText text, Map<String, Position> cursor) {
        text.raw(",\"cursor\":{");
        boolean isFirst = true;
        for (Map.Entry<String, Position> origin : cursor.entrySet()) {
            text.raw(isFirst ? "" : ",").string(origin.getKey()).raw(":\"");
            text.raw(origin.getValue().text()).raw("\"");
            isFirst = false;
        }
        return text.raw("}");
    }

    public static ByteBuffer unsubscribed(Integer id, String channel) {
        return onChannel("unsubscribed", id, channel).raw("}").take();
    }

    /** A publication as its subscribers get it. */
    public static ByteBuffer message(Entry entry) {
        return message(entry, "").take();
    }

    /** The same as an answer to {@code since: "latest"}. */
    public static ByteBuffer snapshot(Entry entry) {
        return message(entry, ",\"snapshot\":true").take();
    }

    private static JsonText message(Entry entry, String mark) {
        Position position = entry.position();
        JsonText text =
                new JsonText(entry.data().length + entry.channel().length() + MESSAGE_BYTES)
                        .raw("{\"type\":\"message\",\"channel\":")
                        .string(entry.channel())
                        .raw(",\"msgId\":")
                        .string(entry.msgId())
                        .raw(",\"origin\":")
                        .string(position.origin())
                        .raw(",\"position\":\"")
                        .raw(position.text())
                        .raw("\"");
        if (entry.previous() != null) {
            text.raw(",\"previous\":\"").raw(entry.previous().text()).raw("\"");
        }
        if (entry.key() != null) {
            text.raw(",\"key\":").string(entry.key());
        }
        return text.raw(mark).raw(",\"data\":").raw(entry.data()).raw("}");
    }

    /**
     * Publications that were dropped for newer ones.
     *
     * @param from the first of them
     * @param to the last of them
     */
    public static ByteBuffer skipped(String channel, Position from, Position to, long count) {
        return new JsonText(channel.length() + MESSAGE_BYTES)
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

    public static ByteBuffer published(Integer id, String msgId, Appended appended) {
        return open("published", id)
                .raw(",\"msgId\":")
                .string(msgId)
                .raw(",\"origin\":")
                .string(appended.position().origin())
                .raw(",\"position\":\"")
                .raw(appended.position().text())
                .raw("\",\"level\":\"")
                .raw(appended.level().name().toLowerCase(Locale.ROOT))
                .raw("\",\"duplicate\":")
                .raw(appended.duplicate() ? "true}" : "false}")
                .take();
    }

    /**
     * As much of the page as fits, but one entry at least: more than that is for the next question.
     *
     * @param maxBytes of the whole answer
     */
    public static ByteBuffer history(Integer id, String channel, HistoryPage page, long maxBytes) {
        JsonText text = onChannel("history", id, channel).raw(",\"messages\":[");
        int taken = 0;
        for (Entry entry : page.entries()) {
            JsonText message = message(entry, "");
            boolean fits =
                    text.size() + message.size() + ",],\"complete\":false}".length() <= maxBytes;
            if (taken > 0 && !fits) {
                break;
            }
            text.raw(taken == 0 ? "" : ",").raw(message);
            taken++;
        }
        boolean complete = page.complete() && taken == page.entries().size();
        return text.raw("],\"complete\":").raw(complete ? "true}" : "false}").take();
    }

    public static ByteBuffer presence(Integer id, String channel, Presence presence) {
        JsonText text =
                onChannel("presence", id, channel)
                        .raw(",\"count\":")
                        .number(presence.count())
                        .raw(",\"clients\":[");
        boolean isFirst = true;
        for (String client : presence.clients()) {
            text.raw(isFirst ? "" : ",").string(client);
            isFirst = false;
        }
        return text.raw("]}").take();
    }

    public static ByteBuffer pong(Integer id) {
        return open("pong", id).raw("}").take();
    }

    /**
     * The node is about to close the session.
     *
     * @param avoid the node that a client should not come back to for now
     */
    public static ByteBuffer drain(long retryAfterMs, String avoid) {
        return open("drain", null)
                .raw(",\"retryAfterMs\":")
                .number(retryAfterMs)
                .raw(",\"avoid\":")
                .string(avoid)
                .raw("}")
                .take();
    }

    public static ByteBuffer error(@Nullable Integer id, ErrorCode code, String message) {
        return openError(id, code, message).raw("}").take();
    }

    /** An error after which the same command may be sent again. */
    public static ByteBuffer error(
            @Nullable Integer id, ErrorCode code, String message, long retryAfterMs) {
        return openError(id, code, message)
                .raw(",\"retryAfterMs\":")
                .number(retryAfterMs)
                .raw("}")
                .take();
    }

    /**
     * A publish behind one that failed.
     *
     * @param failedMsgId of the one that has to be sent first
     */
    public static ByteBuffer outOfOrder(Integer id, String failedMsgId) {
        return openError(
                        id,
                        ErrorCode.OUT_OF_ORDER,
                        "msgId: an earlier publish to the channel failed; send that again first")
                .raw(",\"msgId\":")
                .string(failedMsgId)
                .raw("}")
                .take();
    }

    private static JsonText openError(@Nullable Integer id, ErrorCode code, String message) {
        return open("error", id)
                .raw(",\"code\":\"")
                .raw(code.name())
                .raw("\",\"message\":")
                .string(message);
    }

    private static JsonText onChannel(String type, Integer id, String channel) {
        return open(type, id).raw(",\"channel\":").string(channel);
    }

    private static JsonText open(String type, @Nullable Integer id) {
        JsonText text = new JsonText(SMALL_BYTES).raw("{\"type\":\"").raw(type).raw("\"");
        return id == null ? text : text.raw(",\"id\":").number(id);
    }
}
