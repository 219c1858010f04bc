package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Route;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The engine where neither an opening nor an end blocks: all it does elsewhere, and this. */
class NonBlockingLifecycleTest extends WireConnectionTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String CLOSE_1000 = "88 82 00000000 03e8";
    private static final String HELLO = "81 85 00000000 48656c6c6f";

    private final WireFixture socket = newFixture();

    @Override
    WireFixture newFixture() {
        WireFixture fixture = new WireFixture(null, Route.Lifecycle.NON_BLOCKING);
        fixture.transport.readsAtOnce();
        return fixture;
    }

    /** It is not needed there. */
    @Override
    @Test
    void anExecutorWithoutThreadsAtTheOpeningTellsNobody() {
        socket.refusal = new OutOfMemoryError("expected by the test");
        socket.wire.onOpened(NOTHING);
        assertThat(socket.listener.take()).containsExactly("open");
        assertThat(socket.observed).containsExactly("opened");
    }

    @Test
    void theOpeningIsToldByWhoeverUpgrades() {
        socket.wire.onOpened(NOTHING);
        assertThat(socket.listener.take()).containsExactly("open");
        assertThat(socket.transport.isWaitedFor()).isTrue();
    }

    @Test
    void anOpeningThatMayBlockIsTheExecutorsAndTheTransportIsWaitedForBefore() {
        WireFixture endpoint = new WireFixture();
        endpoint.transport.readsAtOnce();
        endpoint.wire.onOpened(NOTHING);
        assertThat(endpoint.listener.take()).isEmpty();
        assertThat(endpoint.transport.isWaitedFor()).isTrue();

        endpoint.run();
        assertThat(endpoint.listener.take()).containsExactly("open");
    }

    @Test
    void aMessageThatCameWithTheRequestIsTheExecutors() {
        socket.wire.onOpened(ByteBuffer.wrap(HexFormat.of().parseHex(HELLO.replace(" ", ""))));
        assertThat(socket.listener.take()).containsExactly("open");

        socket.run();
        assertThat(socket.listener.take()).containsExactly("TEXT! Hello");
        assertThat(socket.transport.isWaitedFor()).isTrue();
    }

    @Test
    void thePeersCloseIsAnsweredToldAndFinishedByWhoeverReadsIt() {
        socket.wire.onOpened(NOTHING);
        socket.listener.take();
        socket.transport.receive(CLOSE_1000);
        assertThat(socket.transport.takeWritten()).isEqualTo("880203e8");
        assertThat(socket.listener.take()).containsExactly("closed 1000 ");
        assertThat(socket.transport.closed).isEqualTo(1);
        assertThat(socket.leases.get()).isEqualTo(1);
    }

    @Test
    void anEndThatIsToBeLookedIntoIsTheExecutors() {
        socket.wire.onOpened(NOTHING);
        socket.listener.take();
        socket.transport.receive("88 82 00000000 03ea");
        assertThat(socket.transport.takeWritten()).isEqualTo("880203ea");
        assertThat(socket.listener.take()).isEmpty();

        socket.run();
        assertThat(socket.listener.take()).containsExactly("closed 1002 ");
    }

    @Test
    void anEndWithSomethingToWaitForIsTheExecutors() {
        socket.wire.onOpened(NOTHING);
        socket.listener.take();
        socket.listener.closedMayBlock = true;
        socket.transport.receive(CLOSE_1000);
        assertThat(socket.transport.takeWritten()).isEqualTo("880203e8");
        assertThat(socket.listener.take()).isEmpty();

        socket.run();
        assertThat(socket.listener.take()).containsExactly("closed 1000 ");
    }

    @Test
    void aPlaceThatMayBlockIsGivenBackByTheExecutor() {
        socket.leaseMayBlock = true;
        socket.wire.onOpened(NOTHING);
        socket.transport.receive(CLOSE_1000);
        assertThat(socket.leases.get()).isZero();

        socket.run();
        assertThat(socket.leases.get()).isEqualTo(1);
        assertThat(socket.transport.closed).isEqualTo(1);
    }

    @Test
    void aStreamIsOpenedByWhoeverUpgradesAndReadByTheExecutor() {
        WireFixture stream = new WireFixture(null, Route.Lifecycle.NON_BLOCKING);
        stream.wire.onOpened(NOTHING);
        assertThat(stream.listener.take()).containsExactly("open");
        assertThat(stream.transport.isWaitedFor()).isTrue();

        stream.transport.receive(CLOSE_1000);
        assertThat(stream.transport.takeWritten()).isEmpty();
        stream.run();
        assertThat(stream.listener.take()).containsExactly("closed 1000 ");
    }

    @Test
    void whoClosesIsNotCalledBack() {
        socket.wire.onOpened(NOTHING);
        socket.listener.take();
        socket.wire.fail(CloseStatus.of(CloseStatus.NORMAL), Duration.ZERO);
        assertThat(socket.listener.take()).isEmpty();

        socket.run();
        assertThat(socket.listener.take()).containsExactly("closed 1000 ");
    }
}
