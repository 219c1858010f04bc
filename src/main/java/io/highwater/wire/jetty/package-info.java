/** The engine's transports on Jetty's EndPoint, and the upgrade over HTTP/1.1 and HTTP/2. */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.jetty;
