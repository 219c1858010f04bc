/**
 * The engine on Jetty: opening handshakes as Jetty parses and answers them, and what stays of a
 * connection after an Upgrade over HTTP/1.1. Begin at {@link
 * io.highwater.wire.jetty.UpgradeHandler}. HTTP/2 is in {@code h2}, which builds on this package.
 *
 * <p>Handlers and connections are called by Jetty's threads, most by those that select: nothing
 * here blocks them.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.jetty;
