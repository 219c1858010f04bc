/**
 * The engine's transports on Jetty's EndPoint, and the upgrade over HTTP/1.1 and HTTP/2.
 *
 * <p>Over HTTP/2 a write goes {@link io.highwater.wire.jetty.StreamTransport} → {@link
 * io.highwater.wire.jetty.StreamOutput} (one a stream) → {@link
 * io.highwater.wire.jetty.StreamBatcher} (one a TCP connection), which copies it into a {@link
 * io.highwater.wire.jetty.StreamBatch} that Jetty's flusher takes as a whole. Within a {@link
 * io.highwater.wire.jetty.StreamBursts burst} that is at its end, else at once.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.jetty;
