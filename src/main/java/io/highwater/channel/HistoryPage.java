package io.highwater.channel;

import io.highwater.backbone.Entry;
import java.util.List;

/**
 * A piece of a channel's history. Immutable.
 *
 * @param entries oldest first
 * @param complete nothing lies between the last of them and the channel's top; else ask again after
 *     the last
 */
public record HistoryPage(List<Entry> entries, boolean complete) {
    public HistoryPage {
        entries = List.copyOf(entries);
    }
}
