package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.protocol.NameRules;
import org.jspecify.annotations.Nullable;

/**
 * How to publish. Immutable.
 *
 * <pre>{@code
 * channels.publish("orders", json, PublishOptions.of().withMsgId("order-17"));
 * }</pre>
 *
 * @param msgId 1 to 64 of {@code A-Z a-z 0-9 _ -}; a message that is published again within 5
 *     minutes with the same channel, publisher and msgId is answered with the first position and
 *     not delivered again. Null: a new random one
 * @param key what it is the newest value of, 1 to 200 characters; null for none
 * @param secret the data must never be compressed
 * @param publisher who publishes, 1 to 64 of {@code A-Z a-z 0-9 . _ -}: messages of different
 *     publishers never count as repeats, nor do those of clients, whatever they call themselves
 */
@Api
public record PublishOptions(
        @Nullable String msgId, @Nullable String key, boolean secret, String publisher) {
    private static final PublishOptions DEFAULTS =
            new PublishOptions(null, null, false, "application");

    /**
     * @throws IllegalArgumentException names the field and what it may be
     */
    public PublishOptions {
        check(msgId == null ? null : NameRules.msgId(msgId));
        check(key == null ? null : NameRules.key(key));
        check(NameRules.publisher(publisher));
    }

    private static void check(@Nullable String problem) {
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** A random msgId, no key, not secret, published by {@code application}. */
    public static PublishOptions of() {
        return DEFAULTS;
    }

    public PublishOptions withMsgId(String id) {
        return new PublishOptions(id, key, secret, publisher);
    }

    public PublishOptions withKey(String newestOf) {
        return new PublishOptions(msgId, newestOf, secret, publisher);
    }

    /** Never compressed. */
    public PublishOptions asSecret() {
        return new PublishOptions(msgId, key, true, publisher);
    }

    public PublishOptions withPublisher(String name) {
        return new PublishOptions(msgId, key, secret, name);
    }
}
