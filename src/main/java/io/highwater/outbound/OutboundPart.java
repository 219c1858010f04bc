package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * One message of a turn, shared by all it is sent to. Immutable.
 *
 * @param key what a later message with the same key makes out of date; null where only its age does
 * @param position named by the gap if the message is dropped; retained no longer than that
 */
public record OutboundPart<P>(OutboundFrame frame, @Nullable String key, P position) {}
