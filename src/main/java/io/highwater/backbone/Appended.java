package io.highwater.backbone;

import io.highwater.protocol.Position;

/**
 * The answer to an append. Immutable.
 *
 * @param position the entry's position; for a repeat, the position of the first
 * @param duplicate the log had the entry already and does not deliver it again
 */
public record Appended(Position position, Level level, boolean duplicate) {
    /** The answer to a publication of an ephemeral channel, which is in no log. */
    public static Appended ephemeral() {
        return new Appended(Entry.NOWHERE, Level.EPHEMERAL, false);
    }
}
