package io.highwater.abuse;

import io.highwater.testing.TrustAll;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;

/** Handshakes of TLS that are completed, each for its own sake. */
final class TlsAttacks {
    private static final String LATEST = "TLSv1.3";
    private static final String BEFORE = "TLSv1.2";

    /** Few at once: they are to come to their ends, with what one thread here can compute. */
    private static final int LINES = 32;

    /** More than the handshakes of one address give it in a short form. */
    private static final int SESSIONS = 10_000;

    private static final byte[] PARTIAL_RECORD = {0x17};

    private static final SSLContext TLS = trustingAll();

    private TlsAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.of(
                                "tls-handshakes",
                                "TLS handshakes that are completed, one connection after the other",
                                LINES,
                                scene -> new Handshake(engine(LATEST)))
                        .overTls(),
                Crowd.of(
                                "tls-handshakes-1.2",
                                "the same in TLS 1.2",
                                LINES,
                                scene -> new Handshake(engine(BEFORE)))
                        .overTls(),
                Crowd.of(
                                "tls-resumptions",
                                "the same, where each resumes the session of one before",
                                LINES,
                                scene -> new Handshake(resuming(scene)))
                        .overTls(),
                Crowd.of(
                                "tls-renegotiations",
                                "TLS 1.2 that is agreed on again without end, on kept connections",
                                LINES,
                                scene -> new Again(engine(BEFORE)))
                        .overTls(),
                Crowd.of(
                                "tls-sessions",
                                "WebSockets over TLS that stay, and say nothing",
                                SESSIONS,
                                scene -> new Silent(engine(LATEST), scene, new byte[0]))
                        .overTls(),
                Crowd.of(
                                "tls-long-hellos",
                                "hellos of 8 KB that name one signature scheme again and again",
                                200,
                                scene -> new LongHello())
                        .overTls(),
                Crowd.of(
                                "tls-partial-records",
                                "WebSockets over TLS that send a byte of a record, and no more",
                                SESSIONS,
                                scene -> new Silent(engine(LATEST), scene, PARTIAL_RECORD))
                        .overTls(),
                Crowd.of(
                                "tls-blank-lines",
                                "blank lines, each in a record of its own",
                                LINES,
                                scene -> new BlankLines(engine(LATEST)))
                        .overTls(),
                Crowd.of(
                                "tls-key-updates",
                                "keys of TLS 1.3 that are changed without end, each answered",
                                LINES,
                                scene -> new Again(engine(LATEST)))
                        .overTls());
    }

    private static SSLContext trustingAll() {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {new TrustAll()}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Resumes nothing, as it does not know whom it speaks with. */
    private static SSLEngine engine(String version) {
        return client(TLS.createSSLEngine(), version);
    }

    private static SSLEngine resuming(Scene scene) {
        return client(TLS.createSSLEngine("localhost", scene.tlsPort()), LATEST);
    }

    private static SSLEngine client(SSLEngine engine, String version) {
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {version});
        return engine;
    }

    /** Ended by the first that comes after it: of TLS 1.3 a ticket. */
    private static final class Handshake extends TlsHostile {
        Handshake(SSLEngine engine) {
            super(engine);
        }

        @Override
        void onAgreed(Line line) {
            if (isBefore13()) {
                // The node has said the last word.
                line.close();
            }
        }

        @Override
        void onMore(Line line) {
            line.close();
        }
    }

    /** A WebSocket that keeps its place. */
    private static final class Silent extends TlsHostile {
        private final int port;
        private final byte[] last;

        /**
         * @param last goes after the upgrade, as it is
         */
        Silent(SSLEngine engine, Scene scene, byte[] last) {
            super(engine);
            this.port = scene.tlsPort();
            this.last = last;
        }

        @Override
        void onAgreed(Line line) {
            say(line, Http1.upgrade(port, "/v1/echo", ""));
            if (last.length > 0) {
                line.send(last);
            }
        }
    }

    private static final class BlankLines extends TlsHostile {
        private static final byte[] BLANK_LINE = {'\r', '\n'};
        private static final int AT_ONCE = 100;

        BlankLines(SSLEngine engine) {
            super(engine);
        }

        @Override
        void onAgreed(Line line) {
            onSent(line);
        }

        @Override
        void onSent(Line line) {
            for (int i = 0; i < AT_ONCE && line.isOpen(); i++) {
                say(line, BLANK_LINE);
            }
        }
    }

    /** Of RFC 8446 section 4.1.2, by hand. */
    private static final class LongHello extends Hostile {
        private static final int SCHEMES = 4_000;

        @Override
        void onConnected(Line line) {
            int extension = 2 + 2 * SCHEMES;
            int body = 2 + 32 + 1 + 4 + 2 + 2 + 4 + extension;
            ByteBuffer hello =
                    ByteBuffer.allocate(5 + 4 + body)
                            .put(new byte[] {22, 3, 1})
                            .putShort((short) (4 + body))
                            .putInt(1 << 24 | body)
                            .putShort((short) 0x0303)
                            .put(new byte[33])
                            .putInt(2 << 16 | 0xc02b)
                            .put(new byte[] {1, 0})
                            .putShort((short) (4 + extension))
                            .putShort((short) 13)
                            .putShort((short) extension)
                            .putShort((short) (2 * SCHEMES));
            while (hello.hasRemaining()) {
                hello.putShort((short) 0x0403);
            }
            line.send(hello.flip());
        }
    }

    private static final class Again extends TlsHostile {
        Again(SSLEngine engine) {
            super(engine);
        }

        @Override
        void onAgreed(Line line) {
            line.wake();
        }

        @Override
        void onSent(Line line) {
            agreeAgain(line);
        }
    }
}
