package io.highwater.keepalive;

/** Told about all pings of a node, for metrics. Thread-safe; must return at once. */
public interface KeepaliveObserver {
    KeepaliveObserver NONE = new KeepaliveObserver() {};

    /** From the Ping's last byte taken by the transport to its Pong. */
    default void onRoundTripNanos(long nanos) {}
}
