package io.highwater.abuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A session of /v1/ws (docs/protocol.md) that has said hello before it does harm. */
abstract class ChannelHostile extends WebSocketHostile {
    static final String SUBPROTOCOL = "Sec-WebSocket-Protocol: highwater.v1\r\n";

    /** A message is no larger, by what welcome says. */
    private static final int MAX_MESSAGE_BYTES = 80 << 10;

    private final String client;
    private byte[] message = new byte[512];
    private final byte[] head = new byte[10];
    private int headBytes;
    private int lengthBytes;
    private int wanted = -1;
    private int got;

    /**
     * @param client its name in the hello
     */
    ChannelHostile(Scene scene, String client, String headers) {
        super(scene, "/v1/ws", SUBPROTOCOL + headers);
        this.client = client;
    }

    /** It may send commands. */
    abstract void onHello(Line line);

    /** One frame's payload, which of the node is a whole message. */
    void onMessage(Line line, String text) {}

    @Override
    final void onOpen(Line line) {
        line.send(Frames.text("{\"type\":\"hello\",\"id\":1,\"client\":\"" + client + "\"}"));
        onHello(line);
    }

    @Override
    void onFrames(Line line, ByteBuffer bytes) {
        while (bytes.hasRemaining() && line.isOpen()) {
            if (wanted < 0) {
                head(bytes.get());
                continue;
            }
            int count = Math.min(wanted - got, bytes.remaining());
            bytes.get(message, got, count);
            got += count;
            if (got == wanted) {
                wanted = -1;
                headBytes = 0;
                onMessage(line, new String(message, 0, got, StandardCharsets.UTF_8));
            }
        }
    }

    private void head(byte next) {
        head[headBytes++] = next;
        if (headBytes == 2) {
            lengthBytes =
                    switch (head[1] & 0x7F) {
                        case 126 -> 2;
                        case 127 -> 8;
                        default -> 0;
                    };
        }
        if (headBytes >= 2 && headBytes == 2 + lengthBytes) {
            ByteBuffer length = ByteBuffer.wrap(head, 2, 8);
            long value =
                    switch (lengthBytes) {
                        case 2 -> length.getShort() & 0xFFFF;
                        case 8 -> length.getLong();
                        default -> head[1] & 0x7F;
                    };
            wanted = (int) Math.min(value, Integer.MAX_VALUE);
            got = 0;
            if (wanted > MAX_MESSAGE_BYTES * 20) {
                throw new IllegalStateException("a frame of " + value + " bytes");
            }
            if (message.length < wanted) {
                message = new byte[wanted];
            }
            if (wanted == 0) {
                wanted = -1;
                headBytes = 0;
            }
        }
    }
}
