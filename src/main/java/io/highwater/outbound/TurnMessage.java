package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * One message of a turn, shared by all sessions that it is sent to. Immutable.
 *
 * @param key a later message with the same key makes this one out of date; null where only its age
 *     does
 * @param position told to the client if the message is skipped; retained no longer than that
 */
public record TurnMessage<P>(OutboundFrame frame, @Nullable String key, P position) {}
