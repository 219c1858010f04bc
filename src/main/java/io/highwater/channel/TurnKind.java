package io.highwater.channel;

/** Why a subscriber gets a turn. */
public enum TurnKind {
    /** The publications are new. */
    LIVE,

    /** They follow the cursor that the subscriber came with. */
    RECOVERED,

    /** They are the newest of every key, for a subscriber that asked for the latest. */
    SNAPSHOT
}
