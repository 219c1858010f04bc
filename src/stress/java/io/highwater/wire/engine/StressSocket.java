package io.highwater.wire.engine;

import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A plain socket and its selector: {@link #receive} and {@link #select} are the selector thread's.
 * It publishes nothing from one reader to the next, as the kernel does not either.
 */
final class StressSocket implements Transport {
    private static final int FRAME_BYTES = 7;

    private final byte[] bytes;
    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private final AtomicBoolean awaited = new AtomicBoolean();
    private final AtomicBoolean filling = new AtomicBoolean();
    private volatile boolean closed;
    private volatile boolean misread;

    /**
     * @param letters each is the text of a message, masked with zeros
     */
    StressSocket(String letters) {
        ByteBuffer frames = ByteBuffer.allocate(FRAME_BYTES * letters.length());
        for (byte letter : letters.getBytes(StandardCharsets.US_ASCII)) {
            frames.put((byte) 0x81).put((byte) 0x81).putInt(0).put(letter);
        }
        bytes = frames.array();
    }

    /** One more message is there. */
    void receive() {
        received.setOpaque(received.getPlain() + FRAME_BYTES);
    }

    /** One pass of the selector; false where nothing was selected. */
    boolean select(Events events) {
        if (received.getOpaque() == read.getOpaque() || !awaited.compareAndSet(true, false)) {
            return false;
        }
        events.onReadable();
        return true;
    }

    /** Whether two threads read at once. */
    boolean isMisread() {
        return misread;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public TransportKind kind() {
        return TransportKind.HTTP1;
    }

    @Override
    public InetSocketAddress peer() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public int fill(ByteBuffer to) {
        misread |= filling.getAndSet(true);
        int from = read.getPlain();
        int count = received.getOpaque() - from;
        int at = to.limit();
        to.limit(at + count).put(at, bytes, from, count);
        read.setOpaque(from + count);
        filling.setOpaque(false);
        return count;
    }

    @Override
    public void whenReadable() {
        awaited.set(true);
    }

    @Override
    public boolean write(ByteBuffer from) {
        from.position(from.limit());
        return true;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void abort() {
        closed = true;
    }
}
