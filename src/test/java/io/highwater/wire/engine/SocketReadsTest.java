package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The engine where it may read on the transport's own thread: all it does elsewhere, and this. */
class SocketReadsTest extends WireConnectionTest {
    private static final String HELLO = "81 85 00000000 48656c6c6f";
    private static final String PING = "89 81 00000000 70";

    private final WireFixture socket = newFixture().open();

    @Override
    WireFixture newFixture() {
        WireFixture fixture = new WireFixture();
        fixture.transport.readsAtOnce();
        return fixture;
    }

    @Test
    void aMessageIsReadAtOnceAndDeliveredByTheExecutorAlone() {
        socket.listener.take();
        socket.transport.receive(HELLO);

        assertThat(socket.listener.take()).isEmpty();
        assertThat(socket.transport.isWaitedFor()).as("asked for more").isTrue();
        assertThat(socket.buffers.spare()).as("buffers given back").isEqualTo(1);

        socket.run();
        assertThat(socket.listener.take()).containsExactly("TEXT! Hello");
        assertThat(socket.transport.isWaitedFor()).isTrue();
    }

    @Test
    void aPingIsAnsweredWithoutTheExecutor() {
        socket.transport.receive(PING);
        assertThat(socket.transport.takeWritten()).isEqualTo("8a0170");
    }

    @Test
    void aPongThatIsTheSessionsOwnNeedsNoExecutor() {
        socket.listener.take();
        socket.listener.ownPong = ByteBuffer.wrap(new byte[] {'p'});
        socket.transport.receive("8a 81 00000000 70");
        assertThat(socket.transport.isWaitedFor()).as("read to its end").isTrue();
        assertThat(socket.hasTasks()).isFalse();

        socket.transport.receive("8a 81 00000000 71" + HELLO);
        assertThat(socket.listener.take()).isEmpty();
        socket.run();
        assertThat(socket.listener.take()).containsExactly("PONG q", "TEXT! Hello");
    }

    @Test
    void aFloodOfPingsHasSixteenStepsOfTheTransportsThread() {
        socket.transport.receive(PING.repeat(20));
        assertThat(socket.transport.takeWritten()).isEqualTo("8a0170".repeat(16));
        assertThat(socket.buffers.spare()).as("buffers given back").isEqualTo(1);

        socket.run();
        assertThat(socket.transport.takeWritten()).isEqualTo("8a0170".repeat(4));
        assertThat(socket.transport.isWaitedFor()).isTrue();
    }

    @Test
    void aMessageBeyondOneReadIsTheExecutors() {
        socket.listener.take();
        socket.transport.receive("82 fe 9c40 00000000" + "61".repeat(40_000));
        assertThat(socket.buffers.spare()).as("buffers given back").isEqualTo(1);
        assertThat(socket.transport.isWaitedFor()).isFalse();

        socket.run();
        assertThat(socket.listener.take()).containsExactly("BINARY! " + "a".repeat(40_000));
        assertThat(socket.transport.isWaitedFor()).isTrue();
    }

    @Test
    void whatComesBeforeTheExecutorRunsIsReadByIt() {
        socket.listener.take();
        socket.transport.receive(HELLO + PING);
        socket.transport.receive(HELLO);
        socket.transport.receive("81 81 00000000 21");
        assertThat(socket.transport.takeWritten()).isEmpty();

        socket.run();
        assertThat(socket.listener.take()).containsExactly("TEXT! Hello", "TEXT! Hello", "TEXT! !");
        assertThat(socket.transport.takeWritten()).isEqualTo("8a0170");
        assertThat(socket.transport.isWaitedFor()).isTrue();
        assertThat(socket.buffers.spare()).isEqualTo(1);
    }

    @Test
    void withoutDemandNothingMoreIsRead() {
        socket.listener.autoDemand = false;
        socket.receive(HELLO);
        socket.listener.take();
        socket.transport.receive(PING);
        assertThat(socket.transport.takeWritten()).isEmpty();

        socket.wire.demand();
        socket.run();
        assertThat(socket.transport.takeWritten()).isEqualTo("8a0170");
    }

    @Test
    void aCloseThatCameBehindAMessageComesBehindIt() {
        socket.listener.take();
        socket.transport.receive(HELLO + "88 82 00000000 03e8");
        socket.run();
        assertThat(socket.listener.take()).containsExactly("TEXT! Hello", "closed 1000 ");
    }

    @Test
    void anAbortBeforeTheDeliveryIsTheEnd() {
        socket.listener.take();
        socket.transport.receive(HELLO);
        socket.wire.abort();
        socket.run();
        assertThat(socket.listener.take()).containsExactly("closed 1006 ");
        assertThat(socket.leases.get()).isEqualTo(1);
    }
}
