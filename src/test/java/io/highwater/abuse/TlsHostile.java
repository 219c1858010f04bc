package io.highwater.abuse;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** Has agreed on TLS before it does harm, or is refused. */
abstract class TlsHostile extends Hostile {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteBuffer in;
    private final ByteBuffer plain;
    private boolean agreed;

    TlsHostile(SSLEngine engine) {
        this.engine = engine;
        in = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /** The handshake is over. */
    abstract void onAgreed(Line line);

    /** More has come since. */
    void onMore(Line line) {}

    /** All was sent since the handshake. */
    void onSent(Line line) {}

    final boolean isBefore13() {
        return engine.getSession().getProtocol().equals("TLSv1.2");
    }

    /** Has TLS agree once more, in the way of its version. */
    final void agreeAgain(Line line) {
        try {
            engine.beginHandshake();
            goOn(line);
        } catch (SSLException e) {
            line.close();
        }
    }

    /** Sends it, in what TLS makes of it. */
    final void say(Line line, byte[] text) {
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        try {
            engine.wrap(ByteBuffer.wrap(text), out);
            line.send(out.flip());
        } catch (SSLException e) {
            line.close();
        }
    }

    @Override
    final void onConnected(Line line) {
        agreeAgain(line);
    }

    @Override
    final void onDrained(Line line) {
        if (agreed) {
            onSent(line);
        }
    }

    @Override
    final void onReceived(Line line, ByteBuffer bytes) {
        boolean before = agreed;
        try {
            while (bytes.hasRemaining() && line.isOpen()) {
                int count = Math.min(bytes.remaining(), in.remaining());
                in.put(bytes.slice().limit(count));
                bytes.position(bytes.position() + count);
                goOn(line);
            }
        } catch (SSLException e) {
            line.close();
        }
        if (before && line.isOpen()) {
            onMore(line);
        }
    }

    /** As far as it goes with what has come. */
    private void goOn(Line line) throws SSLException {
        boolean moves = true;
        while (moves && line.isOpen()) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                for (Runnable task = engine.getDelegatedTask(); task != null; ) {
                    task.run();
                    task = engine.getDelegatedTask();
                }
            } else if (status == HandshakeStatus.NEED_WRAP) {
                moves = wrap(line);
            } else {
                moves = unwrap(line);
            }
        }
    }

    private boolean wrap(Line line) throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(NOTHING, out);
        if (out.flip().hasRemaining()) {
            line.send(out);
        }
        noteEnd(line, result);
        return result.getStatus() == Status.OK;
    }

    private boolean unwrap(Line line) throws SSLException {
        in.flip();
        SSLEngineResult result = engine.unwrap(in, plain);
        in.compact();
        plain.clear();
        noteEnd(line, result);
        if (result.getStatus() == Status.CLOSED) {
            line.close();
        }
        return result.getStatus() == Status.OK && result.bytesConsumed() > 0;
    }

    private void noteEnd(Line line, SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED && !agreed) {
            agreed = true;
            line.settle();
            onAgreed(line);
        }
    }
}
