/**
 * Everything that endpoints use of Jetty: what turns a message's fragments into streams and parts
 * ({@code MessageSinks}), the client container ({@code Clients}), and Jetty's parsers of paths,
 * queries and header fields. No other package of endpoints imports Jetty; {@code JettyShapeTest}
 * checks the behavior they rely on. Each type states its thread rule.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.jetty;
