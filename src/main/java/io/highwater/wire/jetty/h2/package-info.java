/**
 * WebSockets over HTTP/2 on Jetty: Extended CONNECT, and connections that have bounds and whose
 * streams share writes. Begin at {@link io.highwater.wire.jetty.h2.BatchedHttp2}, which makes the
 * connections.
 *
 * <p>A write goes {@link io.highwater.wire.jetty.h2.StreamTransport} → {@link
 * io.highwater.wire.jetty.h2.StreamOutput} (one per stream) → {@link
 * io.highwater.wire.jetty.h2.StreamBatcher} (one per TCP connection), which copies it into a {@link
 * io.highwater.wire.jetty.h2.StreamBatch}. Jetty's flusher takes the batch as a whole: within a
 * {@link io.highwater.wire.jetty.h2.StreamBursts burst} at the end of the burst, otherwise at once.
 *
 * <p>One thread at a time parses frames, and one at a time, Jetty's flusher, writes them. Writers
 * and deadlines come on any thread.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.jetty.h2;
