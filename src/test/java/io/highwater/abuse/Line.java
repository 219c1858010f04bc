package io.highwater.abuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** One TCP connection of an attacker. Confined to the thread of its swarm. */
final class Line {
    /** A connection that lived this long was let in, whatever it heard. */
    private static final long SETTLED_AFTER_NANOS = 250_000_000;

    /** Rounds of a flood until the others have their turn. */
    private static final int ROUNDS = 4;

    final Hostile hostile;
    final int address;
    private final Swarm swarm;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Queue<ByteBuffer> pending = new ArrayDeque<>(1);
    private final long bornNanos = System.nanoTime();
    private boolean connected;
    private boolean settled;
    private boolean refused;

    Line(Swarm swarm, Hostile hostile, int address, SocketChannel channel, SelectionKey key) {
        this.swarm = swarm;
        this.hostile = hostile;
        this.address = address;
        this.channel = channel;
        this.key = key;
    }

    /** Sends as the kernel takes it; the buffer's content is not copied. */
    void send(ByteBuffer bytes) {
        pending.add(bytes);
        interest(SelectionKey.OP_WRITE, true);
    }

    /** Whether the kernel still has to take what was sent. Who sends by the clock waits for it. */
    boolean isBehind() {
        return !pending.isEmpty();
    }

    /** Asks for {@link Hostile#onDrained}, where nothing was sent. */
    void wake() {
        interest(SelectionKey.OP_WRITE, true);
    }

    void send(byte[] bytes) {
        send(ByteBuffer.wrap(bytes));
    }

    /** From now on what the node sends stays in its kernel, and then in the node. */
    void stopReading() {
        interest(SelectionKey.OP_READ, false);
    }

    /** Takes no more than this of what the node has sent, of who has stopped reading. */
    void sip(int bytes) {
        try {
            int count = channel.read(ByteBuffer.allocate(bytes));
            if (count < 0) {
                close();
            } else {
                swarm.tally().receivedBytes.add(count);
            }
        } catch (IOException e) {
            close();
        }
    }

    /** Runs it on the swarm's thread unless the connection has ended by then. */
    void later(long millis, Runnable task) {
        swarm.schedule(this, millis, task);
    }

    /** The node has let it in. */
    void settle() {
        if (!settled) {
            settled = true;
            swarm.settled(this);
        }
    }

    /** Ends it, as one that the node does not want. */
    void refuse() {
        refused = true;
        close();
    }

    /** A reset: leaves nothing behind in either kernel. */
    void close() {
        swarm.end(this);
    }

    /** Ends our half, so that the node reads the end. */
    void endOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            close();
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    boolean isConnected() {
        return connected;
    }

    boolean wasRefused() {
        return refused
                || !settled && System.nanoTime() - bornNanos < SETTLED_AFTER_NANOS
                || !connected;
    }

    private void interest(int operation, boolean wanted) {
        try {
            if (wanted) {
                key.interestOpsOr(operation);
            } else {
                key.interestOpsAnd(~operation);
            }
        } catch (CancelledKeyException e) {
            // It has ended; the swarm knows.
            pending.clear();
        }
    }

    void serve(ByteBuffer shared) {
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                connected = true;
                key.interestOps(SelectionKey.OP_READ);
                hostile.onConnected(this);
            }
            if (isOpen() && key.isReadable()) {
                read(shared);
            }
            if (isOpen() && key.isWritable()) {
                write();
            }
        } catch (IOException | CancelledKeyException e) {
            close();
        }
    }

    private void read(ByteBuffer shared) throws IOException {
        shared.clear();
        int count = channel.read(shared);
        if (count < 0) {
            close();
            return;
        }
        swarm.tally().receivedBytes.add(count);
        hostile.onReceived(this, shared.flip());
    }

    private void write() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            for (ByteBuffer next = pending.peek(); next != null; next = pending.peek()) {
                swarm.tally().sentBytes.add(channel.write(next));
                if (next.hasRemaining()) {
                    return;
                }
                pending.remove();
            }
            hostile.onDrained(this);
            if (!isOpen()) {
                return;
            }
            if (pending.isEmpty()) {
                interest(SelectionKey.OP_WRITE, false);
                return;
            }
        }
    }

    void closeChannel() {
        pending.clear();
        try {
            channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // Nothing to reset.
        }
        try {
            channel.close();
        } catch (IOException e) {
            // Closed all the same.
        }
    }
}
