/**
 * What a program calls to start and stop a node: {@link io.highwater.Highwater} and its {@link
 * io.highwater.HighwaterBuilder}.
 *
 * <p>The API consists of the types marked {@link io.highwater.api.Api}, here and in {@code
 * endpoint}, {@code handshake} and {@code handshake.address}, {@code identity}, {@code channel},
 * {@code outbound}, {@code config} and {@code node.deployment}.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater;
