/**
 * The engine: reads and writes RFC 6455 over any {@link io.highwater.wire.Transport}. {@link
 * io.highwater.wire.engine.WireConnection} is one WebSocket. It is one object in layers; each layer
 * builds on those before it, and they are read from top to bottom:
 *
 * <ol>
 *   <li>{@link io.highwater.wire.engine.CloseHandshake}: the states up to the end, as one table
 *   <li>{@link io.highwater.wire.engine.SerialRun}: whose turn it is, and on which thread
 *   <li>{@link io.highwater.wire.engine.Inbound}: what comes in, and what it costs the node
 *   <li>{@link io.highwater.wire.engine.Release}: what a session holds and gives back once
 *   <li>{@link io.highwater.wire.engine.SessionEnd}: all that ends a session
 *   <li>{@link io.highwater.wire.engine.LookAhead}: control frames while nothing is delivered
 *   <li>{@link io.highwater.wire.engine.Step}: one step of the run, from a read to a callback
 *   <li>{@link io.highwater.wire.engine.WireConnection}: the verbs, and the transport's events
 * </ol>
 *
 * <p>The lock of all layers is the connection itself. It guards states and flags: no I/O and no
 * callback happens under it. Lock order: this, then {@link io.highwater.wire.engine.WireWriter};
 * never the other way round. {@link io.highwater.wire.engine.FrameParser} parses frames.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.engine;
