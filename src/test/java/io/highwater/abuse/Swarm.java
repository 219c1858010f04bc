package io.highwater.abuse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;

/** The connections of one attack on one selector. Confined to the attack's thread. */
final class Swarm implements AutoCloseable {
    private static final int READ_BYTES = 256 << 10;

    private final Selector selector = Selector.open();
    private final ByteBuffer shared = ByteBuffer.allocateDirect(READ_BYTES);
    private final Queue<Task> tasks = new PriorityQueue<>();
    private final Set<Line> lines = new HashSet<>();
    private final Tally tally;
    private final Listener listener;

    /** Hears of connections, whoever ended them. */
    interface Listener {
        void onSettled(Line line);

        void onEnded(Line line);
    }

    private record Task(long atNanos, Line line, Runnable work) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return Long.signum(atNanos - other.atNanos);
        }
    }

    Swarm(Tally tally, Listener listener) throws IOException {
        this.tally = tally;
        this.listener = listener;
    }

    Tally tally() {
        return tally;
    }

    int lines() {
        return lines.size();
    }

    /**
     * Begins a connection.
     *
     * @param address from 0; its connections come from 127.0.1.1 and so on
     * @throws IOException where this process or this address has no more of them
     */
    Line open(int port, int address, Hostile hostile) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (hostile.receiveBufferBytes() > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, hostile.receiveBufferBytes());
            }
            byte[] from = {127, 0, 1, (byte) (address + 1)};
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            Line line = new Line(this, hostile, address, channel, key);
            key.attach(line);
            lines.add(line);
            tally.opened.increment();
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            return line;
        } catch (IOException | RuntimeException e) {
            channel.close();
            lines.removeIf(line -> !line.isOpen());
            throw e;
        }
    }

    /** Serves what is ready and due; waits for it no longer than this. */
    void turn(long millis) throws IOException {
        Task first = tasks.peek();
        long wait =
                first == null
                        ? millis
                        : Math.min(millis, (first.atNanos - System.nanoTime()) / 1_000_000);
        if (wait > 0) {
            selector.select(wait);
        } else {
            selector.selectNow();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                ((Line) key.attachment()).serve(shared);
            }
        }
        selector.selectedKeys().clear();
        long now = System.nanoTime();
        for (Task task = tasks.peek(); task != null; task = tasks.peek()) {
            if (task.atNanos - now > 0) {
                break;
            }
            tasks.remove();
            if (task.line.isOpen()) {
                task.work.run();
            }
        }
    }

    void schedule(Line line, long millis, Runnable work) {
        tasks.add(new Task(System.nanoTime() + millis * 1_000_000, line, work));
    }

    void settled(Line line) {
        listener.onSettled(line);
    }

    void end(Line line) {
        if (lines.remove(line)) {
            line.closeChannel();
            listener.onEnded(line);
        }
    }

    @Override
    public void close() throws IOException {
        lines.forEach(Line::closeChannel);
        lines.clear();
        selector.close();
    }
}
