/** A peer to be measured beside: Netty's WebSocket codec as its users write it. */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.netty;
