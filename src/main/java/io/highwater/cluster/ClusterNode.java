package io.highwater.cluster;

import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;

/**
 * What a {@link Cluster} has of its node. Immutable; its parts are thread-safe.
 *
 * @param rings the account of what waits to be sent
 * @param names the account of names in answers of other nodes
 */
public record ClusterNode(
        Book rings,
        Book names,
        Ticker ticker,
        TimerWheel wheel,
        ClusterObserver observer,
        LogLimit logs) {}
