package io.highwater.wire.engine;

import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A thread that writes one frame after the other, each of them to many wires. It holds the current
 * frame in native memory, where the JDK would otherwise copy it for every write. So a delivery
 * costs no copy and no object.
 *
 * <p>This is a class and not a ThreadLocal, since a virtual thread must not come to own 64 KiB. All
 * methods are confined to the thread itself.
 */
public final class FanoutThread extends Thread {
    static final int MAX_BYTES = 64 * 1024;

    private @Nullable ByteBuffer copy;

    /** What {@code copy} holds; kept until the next frame. */
    private @Nullable OutboundFrame held;

    public FanoutThread(Runnable work, String name) {
        super(work, name);
    }

    /**
     * The frame for a write that completes before it returns: afterwards the buffer is reused, for
     * this frame or another, and changes. Null on a thread of another kind, and for a frame that is
     * too large.
     */
    static @Nullable ByteBuffer viewOf(OutboundFrame frame) {
        return Thread.currentThread() instanceof FanoutThread thread && frame.bytes() <= MAX_BYTES
                ? thread.view(frame)
                : null;
    }

    private ByteBuffer view(OutboundFrame frame) {
        ByteBuffer buffer = copy;
        if (buffer == null) {
            copy = buffer = ByteBuffer.allocateDirect(MAX_BYTES);
        }
        buffer.clear();
        if (held != frame) {
            held = null;
            frame.copyTo(buffer);
            held = frame;
        }
        return buffer.position(0).limit(frame.bytes());
    }
}
