package io.highwater.wire.engine;

import java.nio.ByteBuffer;
import org.jctools.queues.atomic.MpmcAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that bytes are read into: direct, {@value #BYTES} bytes each, borrowed for one burst
 * of reading and given back before a wire waits. Keeps at most {@value #POOLED} spare ones (16
 * MiB). Thread-safe.
 */
public final class ReadBuffers {
    static final int BYTES = 16 * 1024;
    private static final int POOLED = 1024;

    private final MpmcAtomicArrayQueue<ByteBuffer> spare = new MpmcAtomicArrayQueue<>(POOLED);

    /** An empty buffer in flush mode: position and limit 0. */
    ByteBuffer acquire() {
        @Nullable ByteBuffer buffer = spare.poll();
        return (buffer == null ? ByteBuffer.allocateDirect(BYTES) : buffer).clear().limit(0);
    }

    void release(ByteBuffer buffer) {
        spare.offer(buffer);
    }

    /** Number of spare buffers. */
    int spare() {
        return spare.size();
    }
}
