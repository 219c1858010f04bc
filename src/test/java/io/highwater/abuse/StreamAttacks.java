package io.highwater.abuse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** Streams of h2c that are begun and never let go. */
final class StreamAttacks {
    private static final int MAX_FRAME_BYTES = 16_384;
    private static final int STREAM_WINDOW_BYTES = 65_535;
    private static final int STREAMS_A_CHUNK = 100;

    private StreamAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.of(
                        "zero-windows",
                        "issue 4: 9,000 GET /app.js on each of 8 connections whose windows are 0",
                        8,
                        scene -> new Requests(scene, 9_000, 0)),
                Crowd.of(
                        "unfinished-posts",
                        "issue 4: 9,000 POST on each of 8 connections, with 16 KB of a body each",
                        8,
                        UnfinishedPosts::new),
                Crowd.of(
                        "idle-h2-connections",
                        "4,000 connections of HTTP/2 that say hello and no more",
                        4_000,
                        IdleConnection::new),
                Crowd.of(
                        "idle-h2-sockets",
                        "as many WebSocket streams as there may be on 8 connections",
                        8,
                        scene -> new Sockets(scene, 4_000, new byte[0], false)),
                Crowd.of(
                        "partial-messages-h2",
                        "60 KB of a message of 1 MiB on each of as many streams as there may be",
                        8,
                        scene ->
                                new Sockets(
                                        scene,
                                        4_000,
                                        Frames.frame(
                                                Frames.FIN | Frames.BINARY,
                                                1 << 20,
                                                new byte[60_000]),
                                        false)),
                Crowd.of(
                        "never-reading-h2",
                        "streams of the echo with a window of 0 that send 60 KB each",
                        8,
                        scene ->
                                new Sockets(
                                        scene,
                                        1_000,
                                        Frames.frame(Frames.FIN | Frames.BINARY, new byte[60_000]),
                                        true)),
                Crowd.of(
                        "unfinished-headers",
                        "requests whose HEADERS lack END_HEADERS, on 4,000 connections",
                        4_000,
                        UnfinishedHeaders::new));
    }

    /** Pages that are asked for, a chunk each time that the kernel took the last. */
    private static final class Requests extends Http2Hostile {
        private final int requests;
        private final byte[] block;

        Requests(Scene scene, int requests, int windowBytes) {
            super(scene, windowBytes);
            this.requests = requests;
            block = Http2.request("GET", port, "/app.js");
        }

        @Override
        void onOpen(Line line) {}

        @Override
        void onSent(Line line) {
            if (stream / 2 >= requests) {
                return;
            }
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            for (int i = 0; i < STREAMS_A_CHUNK; i++) {
                int flags = Http2.END_HEADERS | Http2.END_STREAM;
                chunk.writeBytes(Http2.frame(Http2.HEADERS, flags, nextStream(), block));
            }
            line.send(chunk.toByteArray());
        }
    }

    private static final class UnfinishedPosts extends Http2Hostile {
        private static final int POSTS = 9_000;
        private static final byte[] BODY = new byte[MAX_FRAME_BYTES];
        private final byte[] block;

        UnfinishedPosts(Scene scene) {
            super(scene, 0);
            block = Http2.request("POST", port, "/app.js", "content-length", "1000000");
        }

        @Override
        void onOpen(Line line) {}

        @Override
        void onSent(Line line) {
            if (stream / 2 < POSTS) {
                int next = nextStream();
                line.send(
                        Http2.join(
                                Http2.frame(Http2.HEADERS, Http2.END_HEADERS, next, block),
                                Http2.frame(Http2.DATA, 0, next, BODY)));
            }
        }
    }

    private static final class IdleConnection extends Http2Hostile {
        IdleConnection(Scene scene) {
            super(scene, STREAM_WINDOW_BYTES);
        }

        @Override
        void onOpen(Line line) {}
    }

    /** WebSockets on streams, each of which is sent something once it is open. */
    private static final class Sockets extends Http2Hostile {
        private final int sockets;
        private final byte[] bytes;
        private final byte[] block;
        private int asked;

        /**
         * @param bytes within a stream's first window
         */
        Sockets(Scene scene, int sockets, byte[] bytes, boolean windowless) {
            super(scene, windowless ? 0 : STREAM_WINDOW_BYTES);
            this.sockets = sockets;
            this.bytes = bytes;
            block = Http2.connect(port, "/v1/echo");
        }

        @Override
        void onOpen(Line line) {
            ask(line);
        }

        /** In small steps, as the node admits so many a second. */
        private void ask(Line line) {
            for (int i = 0; i < 50 && asked < sockets; i++) {
                asked++;
                line.send(Http2.frame(Http2.HEADERS, Http2.END_HEADERS, nextStream(), block));
            }
            if (asked < sockets) {
                line.later(100, () -> ask(line));
            }
        }

        @Override
        void onFrame(Line line, int type, int flags, int stream) {
            if (type == Http2.HEADERS && (flags & Http2.END_STREAM) == 0) {
                for (int at = 0; at < bytes.length; at += MAX_FRAME_BYTES) {
                    int count = Math.min(MAX_FRAME_BYTES, bytes.length - at);
                    // The payload is shared by all of them.
                    line.send(Http2.head(Http2.DATA, 0, stream, count));
                    line.send(ByteBuffer.wrap(bytes, at, count));
                }
            }
        }
    }

    private static final class UnfinishedHeaders extends Http2Hostile {
        UnfinishedHeaders(Scene scene) {
            super(scene, STREAM_WINDOW_BYTES);
        }

        @Override
        void onOpen(Line line) {
            byte[] block = Http2.request("GET", port, "/app.js", "x-long", "x".repeat(7_000));
            line.send(ByteBuffer.wrap(Http2.frame(Http2.HEADERS, 0, nextStream(), block)));
        }
    }
}
