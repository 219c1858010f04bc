package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * An open session of a client, on this node. Immutable.
 *
 * @param id the id that {@code welcome} tells a client of channels; of a session of an endpoint,
 *     {@code Session.getId()}
 * @param path of the endpoint, with its parameters' names; {@code /v1/ws} for channels
 * @param identity who the client is
 * @param client what a client of channels calls itself, which nobody has verified; null for
 *     sessions of endpoints
 */
@Api
public record ClientSession(String id, String path, Identity identity, @Nullable String client) {}
