package io.highwater.wire.jetty;

import org.eclipse.jetty.http2.BufferingFlowControlStrategy;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.http2.generator.Generator;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerSession;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's HTTP/2 session with a {@link StreamBatcher}, and the two places where Jetty comes to it:
 * when its flusher is about to write, and when a window was widened. Thread-safe as Jetty's is.
 */
final class BatchingSession extends HTTP2ServerSession {
    /** Jetty's own default: half a window is gathered before it is given back. */
    private static final float GIVE_BACK_RATIO = 0.5f;

    private final StreamBatcher batcher;

    BatchingSession(
            Scheduler scheduler,
            EndPoint endPoint,
            ServerParser parser,
            BatchGenerator generator,
            ServerSessionListener listener,
            StreamBursts bursts) {
        super(scheduler, endPoint, parser, generator, listener, new BatchFlowControl());
        batcher = new StreamBatcher(this, generator.getByteBufferPool(), bursts);
    }

    StreamBatcher batcher() {
        return batcher;
    }

    /** Stands for what the batcher has when the flusher comes to it. Immutable. */
    static final class BatchFrame extends Frame {
        private final StreamBatcher batcher;

        BatchFrame(StreamBatcher batcher) {
            // Of the types that belong to no stream and are shown to no listener of frames.
            super(FrameType.PREFACE);
            this.batcher = batcher;
        }
    }

    /** Makes bytes of frames. Used by the flusher alone. */
    static final class BatchGenerator extends Generator {
        BatchGenerator(ByteBufferPool pool, boolean direct, int maxHeaderBlockFragment) {
            super(pool, direct, maxHeaderBlockFragment);
        }

        @Override
        public int control(RetainableByteBuffer.Mutable accumulator, Frame frame)
                throws HpackException {
            return frame instanceof BatchFrame batch
                    ? batch.batcher.generate(accumulator)
                    : super.control(accumulator, frame);
        }
    }

    /** Hears of the peer's WINDOW_UPDATE and SETTINGS when they take effect. */
    private static final class BatchFlowControl extends BufferingFlowControlStrategy {
        BatchFlowControl() {
            super(GIVE_BACK_RATIO);
        }

        @Override
        public void onWindowUpdate(
                Session session, @Nullable Stream stream, WindowUpdateFrame frame) {
            super.onWindowUpdate(session, stream, frame);
            ((BatchingSession) session).batcher.onWindow(StreamOutput.of(stream));
        }
    }
}
