/** A peer to be measured beside: Undertow's own WebSocket API, without the Jakarta layer. */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.undertow;
