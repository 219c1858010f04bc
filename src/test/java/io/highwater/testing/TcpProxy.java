package io.highwater.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A link that a test can cut, and turn to another server. Thread-safe. */
public final class TcpProxy implements AutoCloseable {
    private static final int CUT = 0;

    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private final AtomicInteger accepted = new AtomicInteger();

    private volatile int target;

    /**
     * @param target a port of this machine
     */
    public TcpProxy(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** How many connections were made to it so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Ends all connections; new ones go to this port. */
    public void turnTo(int port) {
        target = port;
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    /** New connections go to this port; those that there are stay. */
    public void turnNewTo(int port) {
        target = port;
    }

    /** Ends all connections, and new ones at once. */
    public void cut() {
        turnTo(CUT);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                accepted.incrementAndGet();
                connect(client, target);
            } catch (IOException e) {
                // The next one, unless the server is closed.
            }
        }
    }

    private void connect(Socket client, int port) {
        sockets.add(client);
        if (port == CUT) {
            close(client);
            return;
        }
        try {
            Socket other = new Socket(InetAddress.getLoopbackAddress(), port);
            client.setTcpNoDelay(true);
            other.setTcpNoDelay(true);
            sockets.add(other);
            daemon(() -> pump(client, other));
            daemon(() -> pump(other, client));
        } catch (IOException e) {
            close(client);
        }
        if (port != target) {
            turnTo(target); // It was turned in the meantime.
        }
    }

    private static void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One end closed it: so is the other.
        } finally {
            close(from);
            close(to);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
