/**
 * One WebSocket as the layers above and below see it: ports and values, and nothing that reads or
 * writes. {@link io.highwater.wire.Wire} has the verbs that go out, {@link
 * io.highwater.wire.WireListener} the events that come in; {@link io.highwater.wire.Transport}
 * carries the bytes. {@code wire.engine} connects the three. Values are immutable; each port says
 * which threads call it.
 *
 * <p>API: how a session ends.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.wire;
