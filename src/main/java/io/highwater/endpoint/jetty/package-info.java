/**
 * All that endpoints take of Jetty: what makes streams and parts of a message's fragments ({@code
 * MessageSinks}), the client's container ({@code Clients}), and what Jetty knows of paths, queries
 * and header fields. Nothing else of endpoints imports Jetty; {@code JettyShapeTest} says what it
 * must go on doing. Each type names its thread rule.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.jetty;
