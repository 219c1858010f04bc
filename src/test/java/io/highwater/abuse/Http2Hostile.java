package io.highwater.abuse;

import java.nio.ByteBuffer;

/** An h2c connection by prior knowledge, which does harm once the node's SETTINGS have come. */
abstract class Http2Hostile extends Hostile {
    final int port;
    private final int streamWindowBytes;
    private final byte[] head = new byte[9];
    private int headBytes;
    private int payloadBytes;
    private boolean greeted;

    /** The last stream that was opened; the next is two more. */
    int stream = -1;

    /**
     * @param streamWindowBytes what the node may send on a stream before the client reads
     */
    Http2Hostile(Scene scene, int streamWindowBytes) {
        this.port = scene.port();
        this.streamWindowBytes = streamWindowBytes;
    }

    /** The node's SETTINGS have come. */
    abstract void onOpen(Line line);

    /** Heard of each frame but those that are answered here, by its head. */
    void onFrame(Line line, int type, int flags, int stream) {}

    /** All was sent that was to be sent since onOpen. */
    void onSent(Line line) {}

    /** Whether SETTINGS and PING of the node are acknowledged. */
    boolean isPolite() {
        return true;
    }

    int nextStream() {
        stream += 2;
        return stream;
    }

    @Override
    final void onConnected(Line line) {
        line.send(Http2.preface(streamWindowBytes));
    }

    @Override
    final void onDrained(Line line) {
        if (greeted) {
            onSent(line);
        }
    }

    @Override
    final void onReceived(Line line, ByteBuffer bytes) {
        while (bytes.hasRemaining() && line.isOpen()) {
            if (payloadBytes > 0) {
                int skipped = Math.min(payloadBytes, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                payloadBytes -= skipped;
            } else {
                head[headBytes++] = bytes.get();
                if (headBytes == head.length) {
                    headBytes = 0;
                    ByteBuffer fields = ByteBuffer.wrap(head);
                    payloadBytes = fields.getInt() >>> 8;
                    onHead(line, head[3], head[4], fields.getInt(5) & 0x7FFF_FFFF);
                }
            }
        }
    }

    private void onHead(Line line, int type, int flags, int stream) {
        if (type == Http2.GOAWAY) {
            if (greeted) {
                line.close();
            } else {
                line.refuse();
            }
        } else if (type == Http2.SETTINGS && (flags & Http2.ACK) == 0) {
            if (isPolite()) {
                line.send(Http2.frame(Http2.SETTINGS, Http2.ACK, 0, new byte[0]));
            }
            if (!greeted) {
                greeted = true;
                line.settle();
                onOpen(line);
                line.wake();
            }
        } else {
            onFrame(line, type, flags, stream);
        }
    }
}
