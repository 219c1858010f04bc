package io.highwater.archive;

import io.highwater.backbone.Entry;

/**
 * An entry with what only the archive keeps. Immutable.
 *
 * @param entry when it was read from an archive, its {@code appendedNanos} is 0: the Ticker that
 *     measured it is gone
 * @param publisher who published it: part of what makes a message a repeat
 * @param wallMillis when it was appended, in ms since 1970, by the clock of the node that accepted
 *     it; it may fall when that clock is set back
 */
public record ArchivedEntry(Entry entry, String publisher, long wallMillis) {}
