package io.highwater.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A message that is not a valid command. Immutable.
 *
 * @param id the command's id, if it could be read
 * @param message what is wrong, naming the field; at most one line, and of the client's text only
 *     ASCII
 */
public record BadRequest(@Nullable Integer id, String message) implements Decoded {}
