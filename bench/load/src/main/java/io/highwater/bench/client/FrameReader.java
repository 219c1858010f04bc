package io.highwater.bench.client;

import java.nio.ByteBuffer;

/**
 * What a client does with the frames of its sockets: messages go to the listener, Pings are
 * answered, a Close ends the socket. Confined to the thread that polls.
 */
final class FrameReader {
    private static final int MAX_CONTROL_BYTES = 125;

    private final LoadClient client;
    private final ClientListener listener;
    private final FrameCursor cursor = new FrameCursor(FrameWriter.MAX_PAYLOAD_BYTES);
    private final ByteBuffer inflated = ByteBuffer.allocate(FrameWriter.MAX_PAYLOAD_BYTES);
    private final byte[] controlPayload = new byte[MAX_CONTROL_BYTES];
    private long pings;

    FrameReader(LoadClient client, ClientListener listener) {
        this.client = client;
        this.listener = listener;
    }

    /** All whole frames of {@code in}. */
    void read(ClientSocket socket, ByteBuffer in, long nowNanos) {
        while (socket.state() != ClientSocket.State.CLOSED && cursor.next(in)) {
            onFrame(socket, in, nowNanos);
        }
    }

    private void onFrame(ClientSocket socket, ByteBuffer in, long nowNanos) {
        int length = cursor.payloadLength();
        switch (cursor.opcode()) {
            case FrameCursor.TEXT, FrameCursor.BINARY -> {
                if (!cursor.fin()) {
                    throw new BenchException("the server fragments messages of this size");
                }
                if (cursor.compressed()) {
                    socket.inflater().inflate(in, cursor.payloadAt(), length, inflated);
                    listener.onMessage(socket, inflated, 0, inflated.remaining(), nowNanos);
                } else {
                    listener.onMessage(socket, in, cursor.payloadAt(), length, nowNanos);
                }
            }
            case FrameCursor.PING -> {
                in.get(cursor.payloadAt(), controlPayload, 0, length);
                client.send(socket, FrameCursor.PONG, controlPayload, length);
                pings++;
            }
            case FrameCursor.PONG -> {}
            case FrameCursor.CLOSE -> client.lose(socket);
            default -> throw new BenchException("the server sent opcode " + cursor.opcode());
        }
    }

    /** Pings that were answered. */
    long pings() {
        return pings;
    }
}
