package io.highwater.wire;

import io.highwater.time.TimerWheel;

/**
 * What all wires of a node share. Thread-safe.
 *
 * @param wheel deadlines of closing handshakes, and coarse time
 * @param buffers where bytes are read into
 * @param observer told of every opening and closing
 */
public record WireContext(TimerWheel wheel, ReadBuffers buffers, WireObserver observer) {}
