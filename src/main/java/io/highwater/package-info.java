/**
 * What a program calls to start a node and to stop it: {@link io.highwater.Highwater} and its
 * {@link io.highwater.HighwaterBuilder}.
 *
 * <p>API, here and in {@code endpoint}, {@code handshake}, {@code channel}, {@code outbound},
 * {@code config} and {@code node.deployment}: the types marked {@link io.highwater.api.Api}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater;
