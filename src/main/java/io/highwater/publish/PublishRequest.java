package io.highwater.publish;

import io.highwater.api.Api;

/**
 * One of several messages to publish. Immutable.
 *
 * @param json JSON text, delivered as it is
 */
@Api
public record PublishRequest(String channel, String json, PublishOptions options) {
    public PublishRequest(String channel, String json) {
        this(channel, json, PublishOptions.of());
    }
}
