package io.highwater.protocol;

import jakarta.json.bind.annotation.JsonbTypeDeserializer;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * A client's request. {@link #json} writes it, on the client's side; {@link Codec} reads it, on the
 * server's side: there JSON-B creates the commands and Bean Validation checks them before they are
 * used, so every component that is not marked nullable is present. Immutable, as long as the array
 * {@code data} is not written to.
 *
 * <p>The components are the members that docs/protocol.md defines, with the same meaning.
 */
public sealed interface Command extends Decoded {
    /** At least 1; null if the client gave none and wants no answer to a success. */
    @Nullable Integer id();

    /** Calls the dispatcher's method for this kind of command. */
    void dispatch(CommandDispatcher dispatcher);

    /** UTF-8, in a new buffer that the caller may keep. */
    ByteBuffer json();

    /**
     * @param attempt how many reconnects came before this one; null counts as 0
     */
    record Hello(
            @Nullable Integer id,
            @NotNull @Pattern(regexp = Names.CLIENT, message = Names.CLIENT_FORM) String client,
            @Min(0) @Nullable Integer attempt)
            implements Command {
        public boolean isReconnect() {
            return attempt != null && attempt > 0;
        }

        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onHello(this);
        }

        @Override
        public ByteBuffer json() {
            JsonText text = JsonText.open("hello", id).raw(",\"client\":").string(client);
            if (attempt != null) {
                text.raw(",\"attempt\":").number(attempt);
            }
            return text.raw("}").take();
        }
    }

    /**
     * @param since null asks for live messages only
     * @param limit null stands for the protocol's default
     * @param presence whether to be told who comes and goes; null counts as false
     */
    record Subscribe(
            @NotNull Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel,
            @JsonbTypeDeserializer(SinceDeserializer.class) @Nullable Since since,
            @Min(1) @Nullable Integer limit,
            @Nullable Boolean presence)
            implements Command {
        public boolean watchesPresence() {
            return presence != null && presence;
        }

        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onSubscribe(this);
        }

        @Override
        public ByteBuffer json() {
            JsonText text = JsonText.open("subscribe", id).raw(",\"channel\":").string(channel);
            if (since instanceof Since.Latest) {
                text.raw(",\"since\":\"latest\"");
            } else if (since instanceof Since.After after) {
                text.raw(",\"since\":").cursor(after.cursor());
            }
            if (presence != null) {
                text.raw(presence ? ",\"presence\":true" : ",\"presence\":false");
            }
            return limited(text, limit).take();
        }
    }

    record Unsubscribe(
            @Nullable Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel)
            implements Command {
        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onUnsubscribe(this);
        }

        @Override
        public ByteBuffer json() {
            return JsonText.open("unsubscribe", id)
                    .raw(",\"channel\":")
                    .string(channel)
                    .raw("}")
                    .take();
        }
    }

    /**
     * @param secret null counts as false
     * @param origin the origin of the position {@code after}
     * @param after a position of the channel that the client knows, on another connection
     * @param data JSON text in UTF-8, as it came; JSON-B never sees it
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; not copying saves memory.
    record Publish(
            @NotNull Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel,
            @NotNull @Pattern(regexp = Names.MSG_ID, message = Names.MSG_ID_FORM) String msgId,
            @Size(min = 1, max = Names.MAX_KEY, message = Names.KEY_FORM) @Nullable String key,
            @Nullable Boolean secret,
            @Size(min = 1, max = Names.MAX_ORIGIN) @Nullable String origin,
            @Pattern(regexp = Names.POSITION, message = Names.POSITION_FORM) @Nullable String after,
            @NotNull byte[] data)
            implements Command {
        public boolean isSecret() {
            return secret != null && secret;
        }

        /** What is wrong with members that are right by themselves; null if nothing is. */
        public @Nullable String problem() {
            return origin == null && after != null ? "origin: must be there with after" : null;
        }

        /** The position that the message follows; null without {@code after}. */
        public @Nullable Position positionAfter() {
            return origin == null || after == null ? null : Position.parse(origin, after);
        }

        Publish withData(byte[] text) {
            return new Publish(id, channel, msgId, key, secret, origin, after, text);
        }

        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onPublish(this);
        }

        @Override
        public ByteBuffer json() {
            JsonText text =
                    JsonText.open("publish", id)
                            .raw(",\"channel\":")
                            .string(channel)
                            .raw(",\"msgId\":")
                            .string(msgId);
            if (key != null) {
                text.raw(",\"key\":").string(key);
            }
            if (secret != null) {
                text.raw(secret ? ",\"secret\":true" : ",\"secret\":false");
            }
            if (origin != null) {
                text.raw(",\"origin\":").string(origin);
            }
            if (after != null) {
                text.raw(",\"after\":").string(after);
            }
            return text.raw(",\"data\":").raw(data).raw("}").take();
        }
    }

    /**
     * At most one of {@code after}, {@code before} and {@code at} is allowed. Without any it asks
     * for everything from the oldest entry that is kept.
     *
     * @param origin the origin of the position {@code after} or {@code before}; null without them
     * @param after asks for what follows this position
     * @param before asks for what comes before this position, newest first
     * @param at asks for what was published at this time or later
     * @param limit null stands for the maximum
     */
    record HistoryQuery(
            @Nullable Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel,
            @Size(min = 1, max = Names.MAX_ORIGIN) @Nullable String origin,
            @Pattern(regexp = Names.POSITION, message = Names.POSITION_FORM) @Nullable String after,
            @Pattern(regexp = Names.POSITION, message = Names.POSITION_FORM)
                    @Nullable String before,
            @Pattern(regexp = Names.INSTANT, message = Names.INSTANT_FORM) @Nullable String at,
            @Min(1) @Nullable Integer limit)
            implements Command {
        /** What is wrong with members that are right by themselves; null if nothing is. */
        public @Nullable String problem() {
            if (after != null && before != null) {
                return "before: can't be there with after";
            } else if (at != null && (after != null || before != null)) {
                return "at: can't be there with after or before";
            } else if (origin == null && (after != null || before != null)) {
                return "origin: must be there with " + (after == null ? "before" : "after");
            } else if (origin != null && after == null && before == null) {
                return "origin: can't be there without after or before";
            }
            return at == null || instant() != null ? null : "at: " + Names.INSTANT_FORM;
        }

        /** The position to read after; null without {@code after} or without {@code origin}. */
        public @Nullable Position positionAfter() {
            return origin == null || after == null ? null : Position.parse(origin, after);
        }

        /** The same for {@code before}. */
        public @Nullable Position positionBefore() {
            return origin == null || before == null ? null : Position.parse(origin, before);
        }

        /** The time to read from; null without {@code at}, or if there is no such day. */
        public @Nullable Instant instant() {
            try {
                return at == null ? null : Instant.parse(at);
            } catch (DateTimeParseException e) {
                return null;
            }
        }

        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onHistory(this);
        }

        @Override
        public ByteBuffer json() {
            JsonText text = JsonText.open("history", id).raw(",\"channel\":").string(channel);
            if (origin != null) {
                text.raw(",\"origin\":").string(origin);
            }
            if (after != null) {
                text.raw(",\"after\":").string(after);
            }
            if (before != null) {
                text.raw(",\"before\":").string(before);
            }
            if (at != null) {
                text.raw(",\"at\":").string(at);
            }
            return limited(text, limit).take();
        }
    }

    record PresenceQuery(
            @Nullable Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel)
            implements Command {
        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onPresence(this);
        }

        @Override
        public ByteBuffer json() {
            return JsonText.open("presence", id)
                    .raw(",\"channel\":")
                    .string(channel)
                    .raw("}")
                    .take();
        }
    }

    record Ping(@Nullable Integer id) implements Command {
        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onPing(this);
        }

        @Override
        public ByteBuffer json() {
            return JsonText.open("ping", id).raw("}").take();
        }
    }

    private static JsonText limited(JsonText text, @Nullable Integer limit) {
        return (limit == null ? text : text.raw(",\"limit\":").number(limit)).raw("}");
    }
}
