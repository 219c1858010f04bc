package io.highwater.wire.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a socket takes of a write, piece by piece. */
final class SocketTransportTest {
    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint(null, 0, (byte[]) null, 10);
    private final Events events = new Events();
    private final Transport transport =
            new SocketTransport(endPoint, TransportKind.HTTP1_TLS, of -> events);

    private static final class Events implements Transport.Events {
        int written;

        @Override
        public void onOpened(ByteBuffer first) {}

        @Override
        public void onNeverOpened() {}

        @Override
        public void onReadable() {}

        @Override
        public void onWritten() {
            written++;
        }

        @Override
        public void onTransportClosed(@Nullable Throwable cause) {}
    }

    @Test
    void theMarkIsWhereTheSocketWasFull() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(25);

        assertThat(transport.write(bytes)).isFalse();
        assertThat(bytes.position()).isEqualTo(10);
        assertThat(bytes.duplicate().reset().position()).isEqualTo(10);

        endPoint.takeOutput();
        assertThat(bytes.position()).isEqualTo(20);
        assertThat(bytes.duplicate().reset().position()).isEqualTo(10);
        assertThat(events.written).isZero();
        endPoint.takeOutput();
        assertThat(events.written).isEqualTo(1);
    }
}
