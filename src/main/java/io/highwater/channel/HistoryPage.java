package io.highwater.channel;

import io.highwater.backbone.Entry;
import java.util.List;

/**
 * A piece of a channel's history. Immutable.
 *
 * @param entries oldest first
 * @param complete nothing lies between the last entry and the channel's top; if false, ask again
 *     after the last entry
 */
public record HistoryPage(List<Entry> entries, boolean complete) {
    public HistoryPage {
        entries = List.copyOf(entries);
    }
}
