package io.highwater.channel;

import io.highwater.backbone.Entry;
import java.util.List;

/**
 * A piece of a channel's history. Immutable.
 *
 * @param entries in the order of the read: oldest first, or newest first if it is backwards
 * @param complete nothing that is kept lies beyond the last entry; if false, ask again from there
 */
public record HistoryPage(List<Entry> entries, boolean complete) {
    public HistoryPage {
        entries = List.copyOf(entries);
    }
}
