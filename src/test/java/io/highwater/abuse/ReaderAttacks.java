package io.highwater.abuse;

import java.nio.ByteBuffer;
import java.util.List;

/** Sessions that never read, under each policy, while there is much to read. */
final class ReaderAttacks {
    private static final int SMALL_BUFFER_BYTES = 4096;

    /** Of a crowd, those who make what the others do not read. */
    private static final int SPEAKERS = 4;

    private ReaderAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.together(
                        "never-reading-pause",
                        "issue 3: messages of 1 MiB to the echo, and no echo is read",
                        60,
                        scene -> echoesUnread(scene, 1 << 20)),
                Crowd.together(
                        "never-reading-pause-small",
                        "messages of 100 bytes to the echo, and no echo is read",
                        1_000,
                        scene -> echoesUnread(scene, 100)),
                Crowd.together(
                        "never-reading-evict",
                        "a room of 600 where four speak 16 KB at a time and nobody reads",
                        600,
                        scene -> index -> new RoomMember(scene, index < SPEAKERS)),
                Crowd.together(
                                "never-reading-channel",
                                "a channel of 600 subscribers who never read 60 KB messages",
                                600,
                                scene -> index -> new Subscriber(scene, "evict.x", index))
                        .remembered(),
                Crowd.together(
                                "never-reading-latest",
                                "the same under LATEST, whose queues keep 50 of them each",
                                600,
                                scene ->
                                        index ->
                                                new Subscriber(
                                                        scene,
                                                        AbuseNode.LATEST_PREFIX + "x",
                                                        index))
                        .remembered());
    }

    private static Crowd.Cast echoesUnread(Scene scene, int bytes) {
        byte[] frame = Frames.frame(Frames.FIN | Frames.BINARY, new byte[bytes]);
        byte[] some = Frames.repeated(frame, Math.max(1, 16_384 / bytes));
        return index -> new EchoUnread(scene, some);
    }

    private static final class EchoUnread extends WebSocketHostile {
        private final ByteBuffer message;

        EchoUnread(Scene scene, byte[] some) {
            super(scene, "/v1/echo", "");
            message = ByteBuffer.wrap(some);
        }

        @Override
        int receiveBufferBytes() {
            return SMALL_BUFFER_BYTES;
        }

        @Override
        void onOpen(Line line) {
            line.stopReading();
        }

        @Override
        void onSent(Line line) {
            line.send(message.duplicate());
        }
    }

    private static final class RoomMember extends WebSocketHostile {
        private static final ByteBuffer MESSAGE =
                ByteBuffer.wrap(
                        Frames.text("{\"name\":\"x\",\"text\":\"" + "x".repeat(16_000) + "\"}"));
        private final boolean speaks;

        RoomMember(Scene scene, boolean speaks) {
            super(scene, "/v1/chat/abuse", "");
            this.speaks = speaks;
        }

        @Override
        int receiveBufferBytes() {
            return SMALL_BUFFER_BYTES;
        }

        @Override
        void onOpen(Line line) {
            if (speaks) {
                speak(line);
            } else {
                line.stopReading();
            }
        }

        private void speak(Line line) {
            if (!line.isBehind()) {
                line.send(MESSAGE.duplicate());
            }
            line.later(5, () -> speak(line));
        }
    }

    private static final class Subscriber extends ChannelHostile {
        private static final String DATA = "\"" + "x".repeat(60_000) + "\"";
        private final String channel;
        private final boolean speaks;
        private final int index;
        private int published;

        Subscriber(Scene scene, String channel, int index) {
            super(scene, "x" + index, "");
            this.channel = channel;
            this.index = index;
            this.speaks = index < SPEAKERS;
        }

        @Override
        int receiveBufferBytes() {
            return SMALL_BUFFER_BYTES;
        }

        @Override
        void onHello(Line line) {
            if (speaks) {
                line.later(50, () -> speak(line));
            } else {
                line.send(Frames.text(Commands.subscribe(channel, "")));
                line.later(200, line::stopReading);
            }
        }

        private void speak(Line line) {
            if (!line.isBehind()) {
                String id = index + "-" + published++;
                line.send(Frames.text(Commands.publish(channel, id, DATA)));
            }
            line.later(25, () -> speak(line));
        }
    }
}
