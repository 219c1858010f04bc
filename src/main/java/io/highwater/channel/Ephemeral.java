package io.highwater.channel;

/**
 * The channels that are not logs: what is published there reaches those who are subscribed at that
 * moment, on all nodes, and is kept nowhere. No state.
 */
public final class Ephemeral {
    /** Their names begin with this. */
    public static final String PREFIX = "ephemeral:";

    private Ephemeral() {}

    public static boolean isEphemeral(String channel) {
        return channel.startsWith(PREFIX);
    }
}
