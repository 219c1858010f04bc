package io.highwater.channel;

import io.highwater.backbone.Entry;
import java.util.List;

/**
 * Hears of what is published in one channel without being one of its subscribers: nobody sees it in
 * the channel, and it takes care of its own place. Called on the thread of the channel's shard, one
 * call at a time; it must not block.
 */
public interface Follower {
    /**
     * New entries, in their order. If an entry does not follow the one before, entries are missing,
     * and the history may have them. Entries may also come that were in the history when the
     * follower began.
     *
     * @param entries at least one; unmodifiable, may be kept
     */
    void onEntries(List<Entry> entries);

    /** The node stops: nothing more comes. */
    void onEnded();
}
