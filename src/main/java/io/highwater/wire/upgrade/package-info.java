/**
 * Opening handshakes, whatever HTTP stack they come on: finds the route, asks the rules, negotiates
 * extensions, charges the client and makes the session. {@link io.highwater.wire.upgrade.Upgrades}
 * does it; a stack brings an {@link io.highwater.wire.upgrade.UpgradeExchange} for each handshake,
 * and a {@link io.highwater.wire.Transport}.
 *
 * <p>What is made once for each node is thread-safe. What is made for each handshake is confined to
 * the thread that has the handshake, one at a time.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.upgrade;
