package io.highwater.abuse;

import io.highwater.testing.TrustAll;
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
                                scene -> new Silent(engine(LATEST), scene))
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

        Silent(SSLEngine engine, Scene scene) {
            super(engine);
            this.port = scene.tlsPort();
        }

        @Override
        void onAgreed(Line line) {
            say(line, Http1.upgrade(port, "/v1/echo", ""));
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
