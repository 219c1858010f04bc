package io.highwater.session;

import io.highwater.identity.Identity;
import io.highwater.wire.CloseStatus;
import java.util.function.Consumer;

/**
 * One client that is connected, as other packages see it. Immutable.
 *
 * @param id as clients and logs know it
 * @param client what the client calls itself; empty before its hello
 * @param end begins the closing handshake, after what is queued
 */
public record OpenSession(String id, String client, Identity identity, Consumer<CloseStatus> end) {}
