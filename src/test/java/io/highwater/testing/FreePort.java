package io.highwater.testing;

import java.io.IOException;
import java.net.ServerSocket;

/**
 * A port that is free now, for a process that can't be told to take any. What can, takes port 0: in
 * between, somebody else may take this one.
 */
public final class FreePort {
    private FreePort() {}

    public static int find() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
