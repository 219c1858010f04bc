/**
 * Identifies a client by its address and the host it named: parses addresses, hosts and origins,
 * and what trusted proxies report about the clients behind them. Knows nothing of handshakes and
 * their rules.
 *
 * <p>Entry type: {@link io.highwater.handshake.address.TrustedProxies}. Values are immutable;
 * nothing here blocks, and no name is ever looked up.
 *
 * <p>API: {@link io.highwater.handshake.address.RequestHead}, a part of each request.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.handshake.address;
