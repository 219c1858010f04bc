package io.highwater.channel;

import java.util.Locale;

/** Who may do something in a channel, as the configuration says. */
public enum Audience {
    EVERYONE,

    /** Whose identity is established: by a token, a certificate or a handshake rule. */
    AUTHENTICATED,

    /** Whose identity has the channel in its claim {@code channels}. */
    TOKEN,

    /** No client, not even one with such a claim. */
    NOBODY;

    /** As an operator writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
