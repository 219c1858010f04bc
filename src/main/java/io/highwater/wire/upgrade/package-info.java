/**
 * Opening handshakes, on any HTTP stack: finds the route, asks the rules, negotiates extensions,
 * charges the client and makes the session. {@link io.highwater.wire.upgrade.Upgrades} does this; a
 * stack provides an {@link io.highwater.wire.upgrade.UpgradeExchange} for each handshake, and a
 * {@link io.highwater.wire.Transport}.
 *
 * <p>What is made once for each node is thread-safe. What is made for each handshake is confined to
 * one thread at a time, the one that has the handshake.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.upgrade;
