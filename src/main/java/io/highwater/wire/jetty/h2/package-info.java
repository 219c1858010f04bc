/**
 * WebSockets over HTTP/2 on Jetty: Extended CONNECT, and connections that have bounds and write
 * together. Begin at {@link io.highwater.wire.jetty.h2.BatchedHttp2}, which makes the connections.
 *
 * <p>A write goes {@link io.highwater.wire.jetty.h2.StreamTransport} → {@link
 * io.highwater.wire.jetty.h2.StreamOutput} (one a stream) → {@link
 * io.highwater.wire.jetty.h2.StreamBatcher} (one a TCP connection), which copies it into a {@link
 * io.highwater.wire.jetty.h2.StreamBatch} that Jetty's flusher takes as a whole. Within a {@link
 * io.highwater.wire.jetty.h2.StreamBursts burst} that is at its end, else at once.
 *
 * <p>Frames are parsed by one thread at a time, and written by Jetty's flusher, which is one at a
 * time, too. Writers and deadlines come on any thread.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.jetty.h2;
