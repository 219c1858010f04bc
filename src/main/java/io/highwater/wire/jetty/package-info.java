/**
 * The engine on Jetty: opening handshakes as Jetty parses and answers them, and the rest of a
 * connection's life after an Upgrade over HTTP/1.1. Begin at {@link
 * io.highwater.wire.jetty.UpgradeHandler}. HTTP/2 is in {@code h2}, which builds on this package.
 *
 * <p>Jetty's threads call handlers and connections; most of them are threads that select, so
 * nothing here blocks them.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.jetty;
