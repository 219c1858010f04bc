package io.highwater.bench.engine;

import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Gives out the bytes it was loaded with, and takes whatever is written. Confined to a thread. */
final class MemoryTransport implements Transport {
    private final ByteBuffer loaded;

    MemoryTransport(ByteBuffer bytes) {
        loaded = bytes;
        loaded.position(loaded.limit());
    }

    /** The bytes may be read once more. */
    void reload() {
        loaded.rewind();
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
        int count = Math.min(loaded.remaining(), to.capacity() - to.limit());
        int at = to.limit();
        to.limit(at + count);
        to.put(at, loaded, loaded.position(), count);
        loaded.position(loaded.position() + count);
        return count;
    }

    @Override
    public void whenReadable() {}

    @Override
    public boolean write(ByteBuffer from) {
        from.position(from.limit());
        return true;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}

    @Override
    public void abort() {}
}
