package io.highwater.abuse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.List;

/** Connections that are no WebSockets and never will be. */
final class HttpAttacks {
    private static final int SMALL_BUFFER_BYTES = 4096;

    private HttpAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.of(
                        "header-caches",
                        "issue 1: 2,400 kept connections, two GET each: a header cache for each",
                        2_400,
                        HeaderCache::new),
                Crowd.of(
                        "slow-bodies",
                        "requests whose bodies of a megabyte come a byte at a time",
                        2_000,
                        SlowBody::new),
                Crowd.of(
                        "slow-reads",
                        "1,000 pages asked for on each of 500 connections, and none read",
                        500,
                        scene -> new SlowRead(scene, 0)),
                Crowd.of(
                        "sipped-reads",
                        "the same, where 16 bytes are read each half second",
                        500,
                        scene -> new SlowRead(scene, 16)),
                Crowd.of(
                        "page-after-page",
                        "pages asked for on 100 connections and read, without a pause",
                        100,
                        scene -> new Again(Http1.get(scene.port(), "/app.js", ""))),
                Crowd.of(
                        "bad-requests",
                        "connection after connection with no HTTP at all: an answer and a line of"
                                + " the log for each",
                        200,
                        scene -> new BadRequest()),
                Crowd.of(
                        "many-headers",
                        "requests of 15 KB in 1,900 headers, one after the other",
                        50,
                        scene -> new Again(Http1.get(scene.port(), "/nix", manyHeaders()))));
    }

    private static final class HeaderCache extends PlainHostile {
        private int answers;

        HeaderCache(Scene scene) {
            super(Http1.get(scene.port(), "/nix", ""));
        }

        @Override
        void onAnswer(Line line) {
            if (++answers == 1) {
                line.send(first);
            }
        }
    }

    private static final class SlowBody extends PlainHostile {
        SlowBody(Scene scene) {
            super(Http1.post(scene.port(), "/app.js", "Content-Length: 1000000\r\n"));
        }

        @Override
        void onConnected(Line line) {
            super.onConnected(line);
            trickle(line);
        }

        private void trickle(Line line) {
            if (!line.isBehind()) {
                line.send(new byte[] {'x'});
            }
            line.later(300, () -> trickle(line));
        }
    }

    private static final class SlowRead extends PlainHostile {
        private static final int REQUESTS = 1_000;
        private final int bytes;

        SlowRead(Scene scene, int bytes) {
            super(Http1.get(scene.port(), "/app.js", ""));
            this.bytes = bytes;
        }

        @Override
        int receiveBufferBytes() {
            return SMALL_BUFFER_BYTES;
        }

        @Override
        void onConnected(Line line) {
            line.stopReading();
            line.settle();
            line.send(Frames.repeated(first, REQUESTS));
            if (bytes > 0) {
                sip(line);
            }
        }

        private void sip(Line line) {
            line.later(
                    500,
                    () -> {
                        line.sip(bytes);
                        sip(line);
                    });
        }
    }

    private static final class BadRequest extends Hostile {
        @Override
        void onConnected(Line line) {
            line.send("\0\1\2 nonsense\r\n\r\n".getBytes(US_ASCII));
        }

        @Override
        void onReceived(Line line, ByteBuffer bytes) {
            line.settle();
            line.close();
        }
    }

    private static String manyHeaders() {
        StringBuilder headers = new StringBuilder();
        for (int i = 0; headers.length() < 15_000; i++) {
            headers.append((char) ('a' + i % 26)).append(i % 100).append(":1\r\n");
        }
        return headers.toString();
    }

    /** Asks again at each piece of an answer. */
    private static final class Again extends PlainHostile {
        Again(byte[] request) {
            super(request);
        }

        @Override
        void onAnswer(Line line) {
            if (!line.isBehind()) {
                line.send(first);
            }
        }
    }
}
