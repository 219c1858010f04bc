package io.highwater.protocol;

/** From where on a client wants a channel. Immutable. */
public sealed interface Since {
    /** What is published from now on: the command names no {@code since}. */
    record Live() implements Since {}

    /** What follows the cursor, then live. */
    record After(Cursor cursor) implements Since {}

    /** The newest of every key that is kept, then live. */
    record Latest() implements Since {}
}
