package io.highwater.backbone;

/**
 * Whether a backbone can do its work. Immutable.
 *
 * @param detail for an operator: what it waits for, or what is wrong; a line, without a password
 */
public record BackboneHealth(State state, String detail) {
    public enum State {
        /** It does not take traffic yet. */
        STARTING,

        /** Appends and reads are answered. */
        AVAILABLE,

        /** The log is out of reach: appends wait a while and then fail; clients stay connected. */
        UNAVAILABLE,

        /** It was closed. */
        CLOSED
    }
}
