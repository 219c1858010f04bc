package io.highwater.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A message that is no command. Immutable.
 *
 * @param id the command's, where it could be read
 * @param message what is wrong, naming the field; at most a line, and with nothing of the client's
 *     in it but ASCII
 */
public record BadRequest(@Nullable Integer id, String message) implements Decoded {}
