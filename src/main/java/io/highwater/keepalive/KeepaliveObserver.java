package io.highwater.keepalive;

/** Told about all pings of a node, for metrics. Thread-safe; must return at once. */
public interface KeepaliveObserver {
    KeepaliveObserver NONE = new KeepaliveObserver() {};

    /** The time from when the transport took the Ping's last byte to the Pong. */
    default void onRoundTripNanos(long nanos) {}
}
