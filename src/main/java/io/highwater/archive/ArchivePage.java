package io.highwater.archive;

import java.util.List;

/**
 * The answer to a read. Immutable.
 *
 * @param entries in the order of the read; at least one if there is one, even if it has more bytes
 *     than asked for
 * @param complete nothing is kept beyond the last of them
 */
public record ArchivePage(List<ArchivedEntry> entries, boolean complete) {
    public ArchivePage {
        entries = List.copyOf(entries);
    }
}
