package io.highwater.publish;

import io.highwater.api.Api;
import io.highwater.protocol.Cursor;

/**
 * Messages that a slow subscription did not get. Immutable.
 *
 * @param after they followed this
 * @param to the last of them: the next message follows it
 * @param count how many they are; if {@code after} and {@code to} are of different generations, at
 *     least so many
 */
@Api
public record SkippedMessages(Cursor after, Cursor to, long count) {}
