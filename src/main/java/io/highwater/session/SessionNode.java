package io.highwater.session;

import io.highwater.channel.ChannelHub;
import io.highwater.channel.ChannelSettings;
import io.highwater.channel.Presence;
import io.highwater.keepalive.PingScheduler;
import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendQueues;
import io.highwater.permission.Permissions;
import io.highwater.protocol.Codec;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.util.function.Consumer;

/**
 * What all sessions of a node share. Immutable; its parts are thread-safe.
 *
 * @param name the node's name, told to clients
 * @param presence clients of all nodes that this node knows of
 * @param pingSeconds told to clients; 0 if there are no pings
 * @param names the account of the memory that sessions keep for channel names
 * @param logs limits what clients may cause in the log
 */
public record SessionNode(
        String name,
        SessionSettings settings,
        ChannelSettings channels,
        ChannelHub<OutboundTurn<Position>> hub,
        Presence presence,
        Permissions permissions,
        Codec codec,
        SendQueues queues,
        PingScheduler pings,
        long pingSeconds,
        TimerWheel wheel,
        Ticker ticker,
        Book names,
        SessionObserver observer,
        LogLimit logs) {
    /** Tells the observer something; if the observer throws, the client still gets its answer. */
    void tell(Consumer<SessionObserver> news) {
        logs.tell("sessions", () -> news.accept(observer));
    }
}
