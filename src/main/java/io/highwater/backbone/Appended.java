package io.highwater.backbone;

import io.highwater.protocol.Position;

/**
 * The answer to an append. Immutable.
 *
 * @param position where the entry stands; of a repeat, where its first stands
 * @param duplicate the entry was there already, and nobody hears it again
 */
public record Appended(Position position, Level level, boolean duplicate) {}
