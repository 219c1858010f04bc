/**
 * The wire engine: RFC 6455 over any {@link io.highwater.wire.Transport}. {@link
 * io.highwater.wire.Wire} has the verbs out, {@link io.highwater.wire.WireListener} the events in.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire;
