package io.highwater.permission;

import io.highwater.channel.ChannelClient;

/** A client that {@link Permissions} are asked about. Thread-safe. */
public interface PermittedClient {
    /** Who the client is, for a team's rule; made anew at each call. */
    ChannelClient who();

    /** The client's verified subject; empty if it is anonymous. */
    String subject();

    /** What the client's identity says about channels. */
    Grants grants();
}
