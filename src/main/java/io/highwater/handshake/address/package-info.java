/**
 * Who a client is by its address, and what it called: addresses, hosts and origins in text, and
 * what trusted proxies say of those behind them. Knows nothing of handshakes and their rules.
 *
 * <p>Entry type: {@link io.highwater.handshake.address.TrustedProxies}. Values are immutable;
 * nothing here blocks, and no name is ever looked up.
 *
 * <p>API: {@link io.highwater.handshake.address.RequestHead}, a part of each request.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.handshake.address;
