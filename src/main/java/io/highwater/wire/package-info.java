/**
 * One WebSocket as the layers above and below it see it: ports and values, and nothing that reads
 * or writes. {@link io.highwater.wire.Wire} has the verbs out, {@link
 * io.highwater.wire.WireListener} the events in, {@link io.highwater.wire.Transport} is what bytes
 * come and go by. {@code wire.engine} is what stands between them. Values are immutable; each port
 * says which threads call it.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire;
