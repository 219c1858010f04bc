package io.highwater.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port that is free now, for a process that can't be told to take any. What can, takes port 0: in
 * between, somebody else may take this one.
 */
public final class FreePort {
    private static final int ATTEMPTS = 1_000;

    private FreePort() {}

    public static int find() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * A port for a process that starts again on it. It lies below those that systems give to
     * connecting sockets: a client that tries to connect while the process is away could be given
     * that very port, connect to itself, and keep the process from coming back.
     */
    public static int findForRestarts() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no port from 20000 to 29999 is free");
    }

    /** The same for a Redis of a cluster, which listens on the port 10,000 above it too. */
    public static int findForCluster() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 20_000);
            if (isFree(port) && isFree(port + 10_000)) {
                return port;
            }
        }
        throw new IOException("no port from 10000 to 19999 is free together with its bus port");
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (BindException e) {
            return false; // Somebody has it: another one, then.
        }
    }
}
