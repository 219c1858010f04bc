/**
 * The load client: many WebSockets on one selector in little memory, over HTTP/1.1 or as streams of
 * HTTP/2.
 *
 * <p>Entry type: {@link io.highwater.bench.client.LoadClient}. All of it is confined to the thread
 * that polls. Its codecs are on purpose not the engine's: a fault in those must not hide itself
 * from its own benchmark.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.client;
