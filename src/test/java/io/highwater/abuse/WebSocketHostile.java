package io.highwater.abuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Has done its opening handshake over HTTP/1.1 before it does harm, or is refused. */
abstract class WebSocketHostile extends Hostile {
    private static final int MAX_HEAD_BYTES = 4096;

    private final byte[] upgrade;
    private @Nullable StringBuilder head = new StringBuilder();

    /**
     * @param more header lines, each with its end
     */
    WebSocketHostile(Scene scene, String path, String more) {
        upgrade = Http1.upgrade(scene.port(), path, more);
    }

    /** The node has said 101. */
    abstract void onOpen(Line line);

    /** Bytes of frames, not necessarily whole ones. */
    void onFrames(Line line, ByteBuffer bytes) {}

    /** All was sent that onOpen sent. */
    void onSent(Line line) {}

    @Override
    final void onConnected(Line line) {
        line.send(upgrade);
    }

    @Override
    final void onReceived(Line line, ByteBuffer bytes) {
        if (head == null) {
            onFrames(line, bytes);
            return;
        }
        StringBuilder words = head;
        while (bytes.hasRemaining() && words.indexOf("\r\n\r\n") < 0) {
            words.append((char) (bytes.get() & 0xFF));
        }
        if (words.indexOf("\r\n\r\n") >= 0) {
            if (words.indexOf("HTTP/1.1 101 ") == 0) {
                head = null;
                line.settle();
                onOpen(line);
                line.wake();
                if (bytes.hasRemaining()) {
                    onFrames(line, bytes);
                }
            } else {
                line.refuse();
            }
        } else if (words.length() > MAX_HEAD_BYTES) {
            line.refuse();
        }
    }

    @Override
    final void onDrained(Line line) {
        if (head == null) {
            onSent(line);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
