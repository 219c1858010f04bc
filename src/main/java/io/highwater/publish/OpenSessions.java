package io.highwater.publish;

import io.highwater.wire.CloseStatus;
import java.util.List;

/** The open sessions of a node: the node implements it. Thread-safe; must not block. */
public interface OpenSessions {
    List<ClientSession> of(String subject);

    /** Begins the closing handshake of each session of a subject; returns how many those are. */
    int close(String subject, CloseStatus status);
}
