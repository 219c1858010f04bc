package io.highwater.abuse;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Sessions that send what costs more than its bytes, or never comes to an end. */
final class MessageAttacks {
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    private static final int MIB = 1 << 20;

    /** What the demo rooms and the channels take, by default. */
    private static final int DEFAULT_MAX_BYTES = 64 << 10;

    private MessageAttacks() {}

    static List<Attack> all() {
        byte[] mib = Frames.allButOneByte(Frames.FIN | Frames.BINARY, MIB);
        byte[] text = new byte[DEFAULT_MAX_BYTES - 1];
        Arrays.fill(text, (byte) 'x');
        byte[] small = Frames.frame(Frames.FIN | Frames.TEXT, DEFAULT_MAX_BYTES, text);
        byte[] deflatedMib = Frames.allButOneByte(Frames.FIN | Frames.RSV1 | Frames.BINARY, MIB);
        byte[] bomb = Frames.deflatedZeros(MIB - 1);
        byte[] ping = Frames.frame(Frames.FIN | Frames.PING, new byte[125]);
        return List.of(
                once(
                        "partial-messages-1m",
                        "issue 2: a frame of 1 MiB less its last byte on each session of the echo",
                        2_000,
                        "/v1/echo",
                        "",
                        mib),
                once(
                        "partial-messages-64k",
                        "issue 2: 64 KiB less their last byte on each session of a room",
                        4_000,
                        "/v1/chat/abuse",
                        "",
                        small),
                once(
                        "partial-messages-deflated",
                        "compressed frames of 1 MiB that want their last byte",
                        2_000,
                        "/v1/echo",
                        DEFLATE,
                        deflatedMib),
                once(
                        "partial-bombs",
                        "a kilobyte that inflates to 1 MiB, in a message that never ends",
                        2_000,
                        "/v1/echo",
                        DEFLATE,
                        Frames.frame(Frames.RSV1 | Frames.BINARY, bomb)),
                again(
                        "tiny-fragments",
                        "messages of fragments of a byte each, never complete",
                        200,
                        "",
                        Frames.frame(Frames.BINARY, new byte[1]),
                        Frames.repeated(Frames.frame(Frames.CONTINUATION, new byte[1]), 4_000)),
                again(
                        "single-bytes",
                        "a message of which each packet has a byte",
                        50,
                        "",
                        Frames.frame(Frames.FIN | Frames.BINARY, MIB, new byte[0]),
                        new byte[1]),
                again(
                        "empty-fragments",
                        "messages of empty fragments without end, which no size bounds",
                        50,
                        "",
                        Frames.frame(Frames.BINARY, new byte[0]),
                        Frames.repeated(Frames.frame(Frames.CONTINUATION, new byte[0]), 8_000)),
                again(
                        "empty-messages",
                        "empty messages without end, each answered",
                        50,
                        "",
                        new byte[0],
                        Frames.repeated(
                                Frames.frame(Frames.FIN | Frames.TEXT, new byte[0]), 4_000)),
                again(
                        "pings",
                        "pings without end, each answered",
                        50,
                        "",
                        new byte[0],
                        Frames.repeated(ping, 400)),
                Crowd.of(
                        "pings-unread",
                        "pings without end whose pongs nobody reads",
                        200,
                        scene -> new Unread(scene, "", Frames.repeated(ping, 400))),
                again(
                        "deflate-bombs",
                        "a kilobyte that inflates to 1 MiB, as often as it goes, echoed",
                        40,
                        DEFLATE,
                        new byte[0],
                        Frames.frame(Frames.FIN | Frames.RSV1 | Frames.BINARY, bomb)),
                again(
                        "deflate-bombs-too-large",
                        "a frame that inflates to 100 MiB, on connection after connection",
                        40,
                        DEFLATE,
                        new byte[0],
                        Frames.frame(
                                Frames.FIN | Frames.RSV1 | Frames.BINARY,
                                Frames.deflatedZeros(100 * MIB))),
                Crowd.of(
                        "slow-messages",
                        "messages of 1 MiB that come a byte at a time, so that no idle time ends"
                                + " them",
                        4_000,
                        SlowMessage::new),
                Crowd.of(
                        "closes-unread",
                        "sessions that say Close and then neither read nor end",
                        4_000,
                        CloseUnread::new));
    }

    /** Sends it once, and waits. */
    private static Attack once(
            String name, String claim, int lines, String path, String headers, byte[] bytes) {
        return Crowd.of(name, claim, lines, scene -> new Once(scene, path, headers, bytes));
    }

    /** Sends one thing, then another without end. */
    private static Attack again(
            String name, String claim, int lines, String headers, byte[] first, byte[] then) {
        Function<Scene, Hostile> part = scene -> new Again(scene, headers, first, then);
        return Crowd.of(name, claim, lines, part);
    }

    private static final class Once extends WebSocketHostile {
        private final byte[] bytes;

        Once(Scene scene, String path, String headers, byte[] bytes) {
            super(scene, path, headers);
            this.bytes = bytes;
        }

        @Override
        void onOpen(Line line) {
            line.send(bytes);
        }
    }

    private static class Again extends WebSocketHostile {
        private final byte[] first;
        private final ByteBuffer then;

        Again(Scene scene, String headers, byte[] first, byte[] then) {
            super(scene, "/v1/echo", headers);
            this.first = first;
            this.then = ByteBuffer.wrap(then);
        }

        @Override
        void onOpen(Line line) {
            line.send(first);
        }

        @Override
        void onSent(Line line) {
            line.send(then.duplicate());
        }
    }

    private static final class Unread extends Again {
        Unread(Scene scene, String headers, byte[] bytes) {
            super(scene, headers, new byte[0], bytes);
        }

        @Override
        int receiveBufferBytes() {
            return 4096;
        }

        @Override
        void onOpen(Line line) {
            line.stopReading();
            super.onOpen(line);
        }
    }

    private static final class SlowMessage extends WebSocketHostile {
        private static final byte[] HEAD =
                Frames.frame(Frames.FIN | Frames.BINARY, MIB, new byte[0]);

        SlowMessage(Scene scene) {
            super(scene, "/v1/echo", "");
        }

        @Override
        void onOpen(Line line) {
            line.send(HEAD);
            trickle(line);
        }

        private void trickle(Line line) {
            line.later(
                    500,
                    () -> {
                        if (!line.isBehind()) {
                            line.send(new byte[1]);
                        }
                        trickle(line);
                    });
        }
    }

    private static final class CloseUnread extends WebSocketHostile {
        CloseUnread(Scene scene) {
            super(scene, "/v1/echo", "");
        }

        @Override
        void onOpen(Line line) {
            line.stopReading();
            line.send(Frames.frame(Frames.FIN | Frames.CLOSE, new byte[] {0x03, (byte) 0xE8}));
        }
    }
}
