package io.highwater.protocol;

import io.highwater.backbone.Position;
import io.highwater.channel.Since;
import jakarta.json.bind.annotation.JsonbTypeDeserializer;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. JSON-B makes these and Bean Validation checks them before anybody sees
 * one, so what is not marked nullable is there. Immutable, as long as nobody writes into {@code
 * data}.
 *
 * <p>The components are the members that docs/protocol.md names, and mean what it says.
 */
public sealed interface Command extends Decoded {
    /** From 1 on; null where the client gave none and wants no word of success. */
    @Nullable Integer id();

    /** Calls the dispatcher's method for this kind of command. */
    void dispatch(CommandDispatcher dispatcher);

    /**
     * @param attempt how many reconnects came before; null counts as 0
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
    }

    /**
     * @param since null asks for live messages only
     * @param limit null is the default of the protocol
     */
    record Subscribe(
            @NotNull Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel,
            @JsonbTypeDeserializer(SinceDeserializer.class) @Nullable Since since,
            @Min(1) @Nullable Integer limit)
            implements Command {
        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onSubscribe(this);
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
    }

    /**
     * @param secret null counts as false
     * @param data JSON text in UTF-8, as it came; JSON-B never sees it
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; a copy is what it saves.
    record Publish(
            @NotNull Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel,
            @NotNull @Pattern(regexp = Names.MSG_ID, message = Names.MSG_ID_FORM) String msgId,
            @Size(min = 1, max = Names.MAX_KEY, message = Names.KEY_FORM) @Nullable String key,
            @Nullable Boolean secret,
            @NotNull byte[] data)
            implements Command {
        public boolean isSecret() {
            return secret != null && secret;
        }

        Publish withData(byte[] text) {
            return new Publish(id, channel, msgId, key, secret, text);
        }

        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onPublish(this);
        }
    }

    /**
     * @param origin whose positions {@code after} is of
     * @param after null asks from the oldest kept
     * @param limit null is the most there may be
     */
    record HistoryQuery(
            @Nullable Integer id,
            @NotNull @Pattern(regexp = Names.CHANNEL, message = Names.CHANNEL_FORM) String channel,
            @Size(min = 1, max = Names.MAX_ORIGIN) @Nullable String origin,
            @Pattern(regexp = Names.POSITION, message = Names.POSITION_FORM) @Nullable String after,
            @Min(1) @Nullable Integer limit)
            implements Command {
        /** The position to read after; null without {@code after} or without {@code origin}. */
        public @Nullable Position position() {
            return origin == null || after == null ? null : Position.parse(origin, after);
        }

        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onHistory(this);
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
    }

    record Ping(@Nullable Integer id) implements Command {
        @Override
        public void dispatch(CommandDispatcher dispatcher) {
            dispatcher.onPing(this);
        }
    }
}
