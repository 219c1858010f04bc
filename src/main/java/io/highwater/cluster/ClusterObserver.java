package io.highwater.cluster;

/** Told of what nodes send each other, by several threads at once; must not block. */
public interface ClusterObserver {
    ClusterObserver NONE = new ClusterObserver() {};

    /** A batch with so many items was sent. */
    default void onSent(int items) {}

    /** So many items came from another node. */
    default void onReceived(int items) {}

    /** An item was not sent, since too much waits already. */
    default void onDropped() {}

    /** Items may be lost: the bus could not be reached. */
    default void onLost(int items) {}

    /** Other nodes were found, or are gone (below 0). */
    default void onNodes(int change) {}

    /** Something that another node sent did not come: both tell each other anew who is where. */
    default void onResync() {}

    /** Something came that this version cannot read. */
    default void onUnreadable() {}
}
