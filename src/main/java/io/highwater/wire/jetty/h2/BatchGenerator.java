package io.highwater.wire.jetty.h2;

import io.highwater.wire.jetty.BadRequests;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.generator.Generator;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/** Makes the bytes of frames, two kinds of our own among them. Used by the flusher alone. */
final class BatchGenerator extends Generator {
    final WindowCredit credit = new WindowCredit();
    private final EventBudget budget;

    BatchGenerator(
            ByteBufferPool pool, boolean direct, int maxHeaderBlockFragment, EventBudget budget) {
        super(pool, direct, maxHeaderBlockFragment);
        this.budget = budget;
    }

    @Override
    public int control(RetainableByteBuffer.Mutable accumulator, Frame frame)
            throws HpackException {
        if (frame instanceof BatchFrame batch) {
            return batch.batcher.generate(accumulator, credit);
        }
        if (frame instanceof MarkFrame) {
            return 0;
        }
        if (frame instanceof HeadersFrame headers
                && headers.getMetaData() instanceof MetaData.Response response
                && BadRequests.isBad(response.getStatus())) {
            // If it is too much, the next event ends the connection: the flusher must not.
            budget.onBadRequest(response.getStatus());
        }
        return super.control(accumulator, frame);
    }

    @Override
    public int data(RetainableByteBuffer.Mutable accumulator, DataFrame frame, int maxLength) {
        credit.add(1);
        return super.data(accumulator, frame, maxLength);
    }

    /** Stands for what the batcher holds when the flusher comes to this frame. Immutable. */
    static final class BatchFrame extends Frame {
        private final StreamBatcher batcher;

        BatchFrame(StreamBatcher batcher) {
            // A type that belongs to no stream and is shown to no listener of frames.
            super(FrameType.PREFACE);
            this.batcher = batcher;
        }
    }

    /** Has no bytes; its callback says that everything before it is on the socket. Immutable. */
    static final class MarkFrame extends Frame {
        MarkFrame() {
            super(FrameType.PREFACE);
        }
    }
}
