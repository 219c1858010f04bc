package io.highwater.publish;

import io.highwater.channel.ChannelHub;
import io.highwater.channel.Presence;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;

/**
 * What publishing has of its node. Immutable; its parts are thread-safe.
 *
 * @param presence clients of all nodes that this node knows of
 * @param maxMessageBytes what a publish would take as a client's command, at most
 * @param mostNames the most names of clients in an answer
 */
public record PublishNode(
        ChannelHub<?> hub,
        Presence presence,
        OpenSessions sessions,
        long maxMessageBytes,
        int mostNames,
        TimerWheel wheel,
        Ticker ticker) {}
