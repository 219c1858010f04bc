/**
 * Wires, starts, drains and stops one node.
 *
 * <p>API, here and in {@code endpoint}, {@code handshake}, {@code channel} and {@code outbound}:
 * the types marked {@link io.highwater.api.Api}. A team needs, of this package, {@link
 * io.highwater.Highwater} and its {@link io.highwater.HighwaterBuilder}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater;
