package io.highwater.abuse;

import java.nio.ByteBuffer;

/**
 * What one hostile connection does. An object serves one connection, on the thread of its swarm;
 * none of its methods may block.
 */
abstract class Hostile {
    /** SO_RCVBUF in bytes; 0 leaves it to the kernel. Small for who does not read. */
    int receiveBufferBytes() {
        return 0;
    }

    void onConnected(Line line) {}

    void onReceived(Line line, ByteBuffer bytes) {}

    /** All that was sent has left. What sends again in here floods. */
    void onDrained(Line line) {}
}
