package io.highwater.endpoint.session;

import io.highwater.wire.CloseStatus;
import java.security.Principal;
import java.util.function.Consumer;

/**
 * One open session of a known user, as other packages see it. Immutable.
 *
 * @param end begins the closing handshake, after what is queued
 */
public record OpenSession(String id, Principal user, Consumer<CloseStatus> end) {}
