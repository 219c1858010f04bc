package io.highwater.endpoint;

/** Hears what goes wrong in endpoints. Called by many threads; must not block. */
public interface EndpointObserver {
    EndpointObserver NONE = new EndpointObserver() {};

    /** A method of an endpoint threw; {@code @OnError} or the log has the exception. */
    default void onMethodFailed() {}

    /**
     * The same where the peer is at the bottom of it: its message could not be decoded or was too
     * large, or it went or read too slowly.
     */
    default void onPeerFailed() {}
}
