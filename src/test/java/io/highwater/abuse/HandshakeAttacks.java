package io.highwater.abuse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** What comes before a session: connects, heads, TLS, the rules. */
final class HandshakeAttacks {
    private static final int HEAD_BYTES = 15_000;

    private HandshakeAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.of(
                        "silent-connects",
                        "issue 6: 19,500 connects without a byte",
                        19_500,
                        scene -> new Silent()),
                Crowd.together(
                        "endless-heads",
                        "issue 6: 15,000 upgrades with 15 KB of headers that never end",
                        15_000,
                        scene -> endlessHeads(scene, HEAD_BYTES)),
                Crowd.together(
                        "slow-heads",
                        "heads that come a byte at a time, so that no idle time ends them",
                        4_000,
                        scene -> endlessHeads(scene, 100)),
                Crowd.of(
                        "half-prefaces",
                        "the first half of HTTP/2's preface and no more",
                        4_000,
                        scene -> new HalfPreface()),
                Crowd.of(
                                "client-hellos",
                                "issue 6: 11,000 TLS handshakes that stop after the ClientHello",
                                11_000,
                                scene -> new ClientHello(false))
                        .overTls(),
                Crowd.of(
                                "slow-client-hellos",
                                "TLS handshakes that come a byte at a time",
                                4_000,
                                scene -> new ClientHello(true))
                        .overTls(),
                Crowd.of(
                        "idle-upgrades",
                        "sessions that are opened and nothing more, as many as there may be",
                        10_000,
                        Idle::new),
                Crowd.of(
                        "half-closed-upgrades",
                        "upgrades whose client ends its half before the answer",
                        2_000,
                        HalfClosed::new),
                Crowd.of(
                        "refused-upgrades",
                        "upgrades without a pause, far over the rate, on kept connections",
                        100,
                        scene -> new Refused(scene, "")),
                Crowd.of(
                        "connect-and-reset",
                        "connects as fast as they come, each reset at once",
                        300,
                        scene -> new ConnectAndReset()),
                Crowd.of(
                        "forwarded-commas",
                        "issue 9: 15,000 commas in X-Forwarded-For, before the rate is looked at",
                        50,
                        scene ->
                                new Refused(
                                        scene,
                                        "X-Forwarded-For: " + ",".repeat(HEAD_BYTES) + "\r\n")),
                Crowd.of(
                        "extension-offers",
                        "upgrades that offer 1,000 extensions and parameters",
                        50,
                        scene -> new Refused(scene, offers())));
    }

    private static Crowd.Cast endlessHeads(Scene scene, int bytes) {
        byte[] start =
                Http1.openUpgrade(scene.port(), "/v1/echo", "X-Long: " + "x".repeat(bytes - 10));
        return index -> new EndlessHead(start);
    }

    private static String offers() {
        return "Sec-WebSocket-Extensions: "
                + "permessage-deflate;a,".repeat(300)
                + "x;".repeat(4_000)
                + "x\r\n";
    }

    private static final class Silent extends Hostile {}

    private static final class HalfPreface extends Hostile {
        @Override
        void onConnected(Line line) {
            line.send("PRI * HTTP/2".getBytes(US_ASCII));
        }
    }

    private static final class EndlessHead extends Hostile {
        private final byte[] start;

        EndlessHead(byte[] start) {
            this.start = start;
        }

        @Override
        void onConnected(Line line) {
            line.send(start);
            trickle(line);
        }

        private void trickle(Line line) {
            line.later(
                    500,
                    () -> {
                        if (!line.isBehind()) {
                            line.send(new byte[] {'x'});
                        }
                        trickle(line);
                    });
        }

        @Override
        void onReceived(Line line, ByteBuffer bytes) {
            line.refuse();
        }
    }

    private static final class ClientHello extends Hostile {
        private static final byte[] HELLO = hello();
        private final boolean slow;
        private int sent;

        ClientHello(boolean slow) {
            this.slow = slow;
        }

        private static byte[] hello() {
            try {
                SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 443);
                engine.setUseClientMode(true);
                ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
                engine.wrap(ByteBuffer.allocate(0), out);
                byte[] hello = new byte[out.position()];
                out.flip().get(hello);
                return hello;
            } catch (NoSuchAlgorithmException | SSLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        void onConnected(Line line) {
            if (slow) {
                trickle(line);
            } else {
                line.send(HELLO);
            }
        }

        private void trickle(Line line) {
            if (sent < HELLO.length - 1) {
                line.send(new byte[] {HELLO[sent++]});
                line.later(300, () -> trickle(line));
            }
        }
    }

    private static final class Idle extends WebSocketHostile {
        Idle(Scene scene) {
            super(scene, "/v1/echo", "");
        }

        @Override
        void onOpen(Line line) {}
    }

    private static final class HalfClosed extends Hostile {
        private final byte[] upgrade;

        HalfClosed(Scene scene) {
            upgrade = Http1.upgrade(scene.port(), "/v1/echo", "");
        }

        @Override
        void onConnected(Line line) {
            line.send(upgrade);
        }

        @Override
        void onDrained(Line line) {
            line.endOutput();
        }
    }

    /** Asks again on the same connection, whatever the answer. */
    private static final class Refused extends Hostile {
        private final byte[] upgrade;

        Refused(Scene scene, String headers) {
            upgrade = Http1.upgrade(scene.port(), "/v1/echo", headers);
        }

        @Override
        void onConnected(Line line) {
            line.send(upgrade);
        }

        @Override
        void onReceived(Line line, ByteBuffer bytes) {
            byte[] start = new byte[Math.min(12, bytes.remaining())];
            bytes.get(start);
            if (new String(start, US_ASCII).equals("HTTP/1.1 101")) {
                line.settle();
                line.close();
            } else {
                line.send(upgrade);
            }
        }
    }

    private static final class ConnectAndReset extends Hostile {
        @Override
        void onConnected(Line line) {
            line.settle();
            line.close();
        }
    }
}
