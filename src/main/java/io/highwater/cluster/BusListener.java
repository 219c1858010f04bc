package io.highwater.cluster;

/** Receives what a {@link Bus} brings, on any thread. It must not block, and must not throw. */
@FunctionalInterface
public interface BusListener {
    void onMessage(byte[] message);
}
