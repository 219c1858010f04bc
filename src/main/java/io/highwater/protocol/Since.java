package io.highwater.protocol;

import io.highwater.api.Api;

/** Where a subscription starts in the channel. Immutable. */
@Api
public sealed interface Since {
    /** Only what is published from now on: the command has no {@code since}. */
    record Live() implements Since {}

    /** What follows the cursor, then live messages. */
    record After(Cursor cursor) implements Since {}

    /** The newest entry that is kept for each key, then live messages. */
    record Latest() implements Since {}
}
