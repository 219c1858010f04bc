package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.OutboundFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the thread's one buffer must not change: frames that a full transport took in part. */
final class FanoutThreadTest {
    private static final String HELLO = "810548656c6c6f";
    private static final String WORLD = "8105576f726c64";

    private final OutboundFrame hello = OutboundFrame.text("Hello");
    private final OutboundFrame world = OutboundFrame.text("World");
    private final WireFixture first = new WireFixture().open();
    private final WireFixture second = new WireFixture().open();

    private static <T> T onFanoutThread(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        FanoutThread thread = new FanoutThread(task, "fan-out");
        thread.start();
        T result = task.get(10, TimeUnit.SECONDS);
        thread.join();
        return result;
    }

    @Test
    void oneFrameGoesToManyWires() throws Exception {
        first.transport.flushes(100);
        second.transport.flushes(100);
        boolean taken =
                onFanoutThread(
                        () ->
                                first.wire.write(hello)
                                        && second.wire.write(hello)
                                        && first.wire.write(world)
                                        && first.wire.write(hello));
        assertThat(taken).isTrue();
        assertThat(first.transport.takeWritten()).isEqualTo(HELLO + WORLD + HELLO);
        assertThat(second.transport.takeWritten()).isEqualTo(HELLO);
    }

    @Test
    void theRestOfAFrameIsNotTheNextFrames() throws Exception {
        first.transport.flushes(3);
        first.transport.stick();
        second.transport.flushes(100);
        onFanoutThread(
                () -> {
                    assertThat(first.wire.write(hello)).isFalse();
                    assertThat(second.wire.write(world)).isTrue();
                    return null;
                });
        assertThat(first.transport.takeWritten()).isEqualTo(HELLO.substring(0, 6));
        assertThat(first.wire.isWritePending()).isTrue();
        first.transport.unstick();
        assertThat(first.transport.takeWritten()).isEqualTo(HELLO.substring(6));
        assertThat(second.transport.takeWritten()).isEqualTo(WORLD);
        assertThat(first.listener.events).contains("writable");
        assertThat(first.wire.isWritePending()).isFalse();
    }

    @Test
    void aTransportThatFlushesNothingGetsTheFrameItself() throws Exception {
        first.transport.stick();
        onFanoutThread(
                () -> {
                    assertThat(first.wire.write(hello)).isFalse();
                    assertThat(second.wire.write(world)).isTrue();
                    return null;
                });
        first.transport.unstick();
        assertThat(first.transport.takeWritten()).isEqualTo(HELLO);
        assertThat(second.transport.takeWritten()).isEqualTo(WORLD);
    }

    @Test
    void aFailedFlushEndsTheSession() throws Exception {
        first.transport.failWrites(new IOException("reset"));
        assertThat(onFanoutThread(() -> first.wire.write(hello))).isFalse();
        first.run();
        assertThat(first.listener.events).contains("closed 1006 ");
    }

    @Test
    void aFrameTooLargeForTheBufferGoesInSlices() throws Exception {
        OutboundFrame large = OutboundFrame.binary(ByteBuffer.allocate(FanoutThread.MAX_BYTES));
        first.transport.flushes(1_000_000);
        assertThat(onFanoutThread(() -> first.wire.write(large))).isTrue();
        assertThat(first.transport.takeWritten()).hasSize(2 * large.bytes());
    }

    @Test
    void onlyItsOwnKindOfThreadHasABuffer() throws Exception {
        assertThat(FanoutThread.viewOf(hello)).isNull();
        ByteBuffer view = onFanoutThread(() -> FanoutThread.viewOf(hello));
        assertThat(view.isDirect()).isTrue();
        assertThat(view.remaining()).isEqualTo(hello.bytes());
    }

    @Test
    void aWriteIsPendingSinceItBegan() throws Exception {
        first.advance(java.time.Duration.ofHours(1));
        first.transport.flushes(3);
        first.transport.stick();
        onFanoutThread(() -> first.wire.write(hello));
        assertThat(first.wire.writePendingSinceNanos()).isEqualTo(first.wheel.nowNanos());
    }
}
