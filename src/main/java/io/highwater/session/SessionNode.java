package io.highwater.session;

import io.highwater.channel.ChannelHub;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.Presence;
import io.highwater.keepalive.PingScheduler;
import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendQueues;
import io.highwater.protocol.Codec;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.util.function.Consumer;

/**
 * What all sessions of a node share. Immutable; its parts are thread-safe.
 *
 * @param name the node's, told to clients
 * @param presence of all nodes that it knows of
 * @param pingSeconds told to clients; 0 where there are no pings
 * @param names the account of what sessions keep by the names of channels
 * @param logs what clients may cause in the log
 */
public record SessionNode(
        String name,
        SessionSettings settings,
        ChannelSettings channels,
        ChannelHub<OutboundTurn<Position>> hub,
        Presence presence,
        ChannelRule rule,
        Codec codec,
        SendQueues queues,
        PingScheduler pings,
        long pingSeconds,
        TimerWheel wheel,
        Ticker ticker,
        Book names,
        SessionObserver observer,
        LogLimit logs) {
    /** Tells the observer something: whatever it throws, the client gets its answer. */
    void tell(Consumer<SessionObserver> news) {
        logs.tell("sessions", () -> news.accept(observer));
    }
}
