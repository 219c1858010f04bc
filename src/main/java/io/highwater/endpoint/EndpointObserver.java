package io.highwater.endpoint;

/** Observes what goes wrong in endpoints. Called by many threads; must not block. */
public interface EndpointObserver {
    EndpointObserver NONE = new EndpointObserver() {};

    /** A method of an endpoint threw; {@code @OnError} or the log gets the exception. */
    default void onMethodFailed() {}

    /**
     * The same if the peer caused it: its message could not be decoded or was too large, or it left
     * or read too slowly.
     */
    default void onPeerFailed() {}
}
