package io.highwater.wire.engine;

import io.highwater.testing.Stray;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Queue;

/**
 * A transport in memory that reads what a test feeds it and writes as fast as the test lets it.
 * Thread-safe.
 */
final class ScriptedTransport implements Transport {
    /** One that others wait for while it is read, until {@link #readsAtOnce}. */
    TransportKind kind = TransportKind.H2C;

    private static final byte[] END = {};

    private final Queue<byte[]> input = new ArrayDeque<>();
    private final StringBuilder written = new StringBuilder();
    private Events events;
    private boolean waiting;
    private boolean stuck;
    private ByteBuffer held;
    private IOException writeFailure;
    private Error writeError;
    private int flushable;
    private Runnable beforeFill = () -> {};
    final Stray ends = new Stray();
    boolean outputShut;
    int closed;
    int aborted;

    void connect(Events engine) {
        events = engine;
    }

    /** As a socket is: the engine may read on the thread that feeds. */
    void readsAtOnce() {
        kind = TransportKind.HTTP1;
    }

    /** Bytes from the peer, as one packet. */
    void receive(String hex) {
        feed(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    void feed(byte[] bytes) {
        boolean tell;
        synchronized (this) {
            input.add(bytes);
            tell = waiting;
            waiting = false;
        }
        if (tell) {
            events.onReadable();
        }
    }

    void receiveEnd() {
        feed(END);
    }

    /** From now on writes are kept until {@link #unstick}. */
    synchronized void stick() {
        stuck = true;
    }

    /** What is kept is taken; further writes go at once. */
    void unstick() {
        synchronized (this) {
            stuck = false;
        }
        takeHeld();
    }

    /** What is kept is taken; the next write is kept again. */
    void takeHeld() {
        synchronized (this) {
            if (held == null) {
                return;
            }
            append(held);
            held = null;
        }
        events.onWritten();
    }

    /** The same of a transport that leaves the position of what it writes as it was. */
    void takeHeldInPlace() {
        synchronized (this) {
            if (held == null) {
                return;
            }
            held = held.duplicate();
        }
        takeHeld();
    }

    /** The same of the first bytes only. */
    synchronized void takeSomeOfHeld(int bytes) {
        append(held.duplicate().limit(held.position() + bytes));
        held.position(held.position() + bytes);
    }

    synchronized void failWrites(IOException failure) {
        writeFailure = failure;
    }

    /** As where there is no memory for the write. */
    synchronized void failWritesWith(Error failure) {
        writeError = failure;
    }

    synchronized boolean isHolding() {
        return held != null;
    }

    synchronized boolean isWaitedFor() {
        return waiting;
    }

    /** All bytes written since the last call, in hex. */
    synchronized String takeWritten() {
        String hex = written.toString();
        written.setLength(0);
        return hex;
    }

    @Override
    public TransportKind kind() {
        return kind;
    }

    @Override
    public InetSocketAddress peer() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    /** What another thread does while the engine reads. */
    void beforeFill(Runnable action) {
        beforeFill = action;
    }

    @Override
    public synchronized int fill(ByteBuffer to) {
        beforeFill.run();
        byte[] next = input.peek();
        if (next == null) {
            return 0;
        }
        if (next == END) {
            return -1;
        }
        input.remove();
        int start = to.position();
        int end = to.limit();
        int length = Math.min(next.length, to.capacity() - end);
        to.limit(end + length).position(end);
        to.put(next, 0, length).position(start);
        if (length < next.length) {
            ((ArrayDeque<byte[]>) input)
                    .addFirst(java.util.Arrays.copyOfRange(next, length, next.length));
        }
        return length;
    }

    @Override
    public void whenReadable() {
        boolean now;
        synchronized (this) {
            now = !input.isEmpty();
            waiting = !now;
        }
        if (now) {
            events.onReadable();
        }
    }

    /** So many bytes may be flushed; what is more is for write. */
    synchronized void flushes(int bytes) {
        flushable = bytes;
    }

    @Override
    public synchronized boolean flush(ByteBuffer from) throws IOException {
        if (writeFailure != null) {
            throw writeFailure;
        }
        int length = Math.min(flushable, from.remaining());
        append(from.duplicate().limit(from.position() + length));
        from.position(from.position() + length);
        flushable -= length;
        return !from.hasRemaining();
    }

    @Override
    public synchronized boolean write(ByteBuffer from) throws IOException {
        if (held != null) {
            throw new IllegalStateException("a second buffer while one is held");
        }
        if (writeError != null) {
            throw writeError;
        }
        if (writeFailure != null) {
            throw writeFailure;
        }
        if (stuck) {
            held = from;
            return false;
        }
        append(from);
        return true;
    }

    private void append(ByteBuffer from) {
        while (from.hasRemaining()) {
            written.append(HexFormat.of().toHexDigits(from.get()));
        }
    }

    @Override
    public synchronized void shutdownOutput() {
        outputShut = true;
    }

    @Override
    public synchronized void close() {
        closed++;
        ends.call();
    }

    @Override
    public synchronized void abort() {
        aborted++;
        ends.call();
    }
}
