package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.highwater.testing.Stray;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All that a wire calls throws once: its session goes on or ends, its listener hears of the end
 * once, and its place is given back once.
 */
final class StrayThrowTest {
    private static final String HELLO = "81 85 37fa213d 7f9f4d5158";
    private static final String PING_P = "89 81 00000000 70";
    private static final String PONG_P = "8a0170";
    private static final Duration A_WHILE = Duration.ofMillis(150);
    private static final Duration LINGER = Duration.ofSeconds(3);

    private enum Callback {
        OPEN,
        FRAGMENT,
        WRITABLE,
        OUTPUT_LOST,
        CLOSED
    }

    private final Stray stray = new Stray();
    private final Stray extension = new Stray();
    private final WireFixture fixture =
            new WireFixture(
                    new WireExtension() {
                        @Override
                        public String answer() {
                            return "x";
                        }

                        @Override
                        public OutboundFrame outgoing(OutboundFrame frame) {
                            return frame;
                        }

                        @Override
                        public ByteBuffer incoming(ByteBuffer payload, long maxBytes) {
                            return payload;
                        }

                        @Override
                        public void close() {
                            extension.call();
                        }
                    },
                    Route.Lifecycle.MAY_BLOCK);
    private final WireFixture.Recorder listener = fixture.listener;

    private void assertOver(int code) {
        fixture.advance(LINGER);
        assertThat(listener.events.stream().filter(event -> event.startsWith("closed")))
                .as("told once: " + listener.events)
                .singleElement()
                .asString()
                .startsWith("closed " + code);
        assertThat(fixture.leases).hasValue(1);
        assertThat(fixture.transport.aborted + fixture.transport.closed).isPositive();
    }

    /** What the transport's thread sees of it is another session's affair. */
    private static void unhindered(Runnable event) {
        assertThat(catchThrowable(event::run)).isNull();
    }

    static Stream<Arguments> callbacks() {
        return Stream.of(Callback.values())
                .flatMap(
                        callback ->
                                Stream.of(Stray.Kind.values())
                                        .map(kind -> Arguments.of(callback, kind)));
    }

    @ParameterizedTest
    @MethodSource("callbacks")
    void whatTheListenerThrowsEndsItsSessionAlone(Callback callback, Stray.Kind kind) {
        stray.arm(kind);
        switch (callback) {
            case OPEN -> listener.whenOpen = stray::call;
            case FRAGMENT -> listener.whenMessage = stray::call;
            case WRITABLE -> listener.whenWritable = stray::call;
            case OUTPUT_LOST -> listener.whenOutputLost = stray::call;
            case CLOSED -> listener.whenClosed = stray::call;
        }
        unhindered(fixture::open);
        unhindered(() -> fixture.receive(HELLO));
        fixture.transport.stick();
        fixture.wire.write(OutboundFrame.text("stuck"));
        unhindered(fixture.transport::unstick);
        if (callback == Callback.OUTPUT_LOST || callback == Callback.CLOSED) {
            unhindered(() -> fixture.wire.onTransportClosed(null));
            fixture.run();
            assertThat(stray.isSpent()).isTrue();
            if (callback == Callback.CLOSED) {
                listener.events.add("closed 1006 as it threw");
            }
            fixture.transport.abort();
            assertOver(1006);
        } else {
            assertThat(stray.isSpent()).isTrue();
            assertOver(1011);
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whoeverCountsEndsNobody(Stray.Kind kind) {
        fixture.observers.arm(kind);
        fixture.open();
        fixture.receive(HELLO);
        assertThat(listener.take()).containsExactly("open", "TEXT! Hello");
        fixture.observers.arm(kind);
        fixture.receive(HELLO);
        assertThat(fixture.observers.isSpent()).isTrue();
        assertThat(listener.take()).containsExactly("TEXT! Hello");
        fixture.observers.arm(kind);
        fixture.wire.write(OutboundFrame.text("counted by nobody"));
        assertThat(fixture.observers.isSpent()).isTrue();
        fixture.observers.arm(kind);
        fixture.wire.abort();
        fixture.run();
        assertThat(fixture.observers.isSpent()).isTrue();
        assertOver(1006);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aTransportThatCannotBeAbortedLeavesTheSessionOver(Stray.Kind kind) {
        fixture.open();
        fixture.transport.ends.arm(kind);
        assertThat(catchThrowable(fixture.wire::abort)).isNotNull();
        fixture.run();
        assertOver(1006);
    }

    /** By its deadline, on the timers' thread. */
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aCloseThatIsNotAnsweredEndsThoughTheAbortThrows(Stray.Kind kind) {
        fixture.open();
        fixture.wire.close(CloseStatus.of(1000));
        fixture.transport.ends.arm(kind);
        assertThat(catchThrowable(() -> fixture.advance(Duration.ofSeconds(11)))).isNotNull();
        fixture.run();
        assertOver(1000);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aTransportThatCannotBeClosedGivesThePlaceBack(Stray.Kind kind) {
        fixture.open();
        fixture.transport.ends.arm(kind);
        fixture.transport.receiveEnd();
        fixture.run();
        assertThat(fixture.transport.ends.isSpent()).isTrue();
        assertOver(1006);
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void anExtensionThatCannotBeClosedGivesThePlaceBack(Stray.Kind kind) {
        fixture.open();
        extension.arm(kind);
        fixture.wire.abort();
        fixture.run();
        assertThat(extension.isSpent()).isTrue();
        assertOver(1006);
    }

    /** Nothing else would look while a callback takes its time. */
    @ParameterizedTest
    @EnumSource(Look.class)
    void aLookThatFoundNoThreadIsTakenLater(Look look) {
        fixture.open();
        listener.autoDemand = false;
        fixture.receive(HELLO);
        fixture.receive(PING_P);
        fixture.refusal = new OutOfMemoryError("expected by the test");
        fixture.refusesTooLate = look == Look.WAS_TAKEN;
        fixture.advance(A_WHILE);
        fixture.refusal = null;
        fixture.advance(Duration.ofSeconds(2));
        assertThat(fixture.transport.takeWritten()).isEqualTo(PONG_P);
        assertThat(listener.take()).isEqualTo(List.of("open", "TEXT! Hello"));
        assertThat(fixture.leases).hasValue(0);
    }

    private enum Look {
        WAS_REFUSED,
        WAS_TAKEN
    }
}
