package io.highwater.channel;

/** Why a subscriber gets a turn. */
public enum TurnKind {
    /** It was published just now. */
    LIVE,

    /** It follows the cursor the subscriber came with. */
    RECOVERED,

    /** The newest of every key, for who asked for the latest. */
    SNAPSHOT
}
