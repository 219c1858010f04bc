package io.highwater.backbone;

/**
 * Whether a backbone can do its work. Immutable.
 *
 * @param detail for an operator: what it waits for, or what is wrong; one line, without passwords
 */
public record BackboneHealth(State state, String detail) {
    public enum State {
        /** It does not take traffic yet. */
        STARTING,

        /** Appends and reads are answered. */
        AVAILABLE,

        /** The log cannot be reached: appends wait a while, then fail; clients stay connected. */
        UNAVAILABLE,

        /** It was closed. */
        CLOSED
    }
}
