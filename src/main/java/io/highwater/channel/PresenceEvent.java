package io.highwater.channel;

/**
 * Who came to a channel and went, in sum, since the event before. Immutable.
 *
 * @param snapshot it is the first event, or follows one that was left out: everybody who is there
 *     is in {@code joined}
 * @param count how many subscriptions there are now
 */
public record PresenceEvent(
        String channel, boolean snapshot, int count, Members joined, Members left) {}
