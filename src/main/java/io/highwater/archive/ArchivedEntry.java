package io.highwater.archive;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * An entry with what only the archive keeps. Immutable.
 *
 * @param entry when it was read from an archive, its {@code appendedNanos} is 0: the Ticker that
 *     measured it is gone
 * @param publisher who published it: part of what makes a message a repeat
 * @param wallMillis when it was appended, in ms since 1970, by the clock of the node that accepted
 *     it; within a shard it never falls
 */
public record ArchivedEntry(Entry entry, String publisher, long wallMillis) {
    /**
     * Whether nothing of the channel lies between a position and this entry.
     *
     * @param before null for the place before everything that the channel ever had
     */
    public boolean follows(@Nullable Position before) {
        Position position = entry.position();
        Position previous = entry.previous();
        if (before == null) {
            return position.channelSequence() == 1 && previous == null;
        } else if (before.generation() == position.generation()) {
            return before.channelSequence() == position.channelSequence() - 1;
        } else if (position.channelSequence() != 1) {
            return false;
        } else if (previous == null) {
            return before.channelSequence() == 0;
        } else {
            // Not equals: the shardSequence may come from a client.
            return before.generation() == previous.generation()
                    && before.channelSequence() == previous.channelSequence();
        }
    }
}
