package io.highwater.abuse;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of /v1/ws over HTTP/2 whose windows, or whose sockets, take next to nothing, and what
 * the node keeps for them.
 */
final class StuckAttacks {
    private StuckAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.together(
                                "compressed-forms",
                                CompressedForms.CLAIM,
                                CompressedForms.LINES,
                                CompressedForms::new)
                        .remembered(),
                Crowd.together(
                                "lingering-writes",
                                LingeringWrites.CLAIM,
                                LingeringWrites.LINES,
                                LingeringWrites::new)
                        .remembered(),
                Crowd.together(
                                "stuck-batches",
                                StuckBatches.CLAIM,
                                StuckBatches.LINES,
                                StuckBatches::new)
                        .remembered());
    }

    /** Sessions on the streams of one connection; who is ended is replaced. */
    private abstract static class Sessions extends Http2Hostile {
        private static final int PERIOD_MILLIS = 100;
        private static final int SESSIONS = 4_000;

        private final byte[] block;
        private final int begunAtOnce;
        private int open;

        /**
         * @param begunAtOnce sessions that begin each tenth of a second
         */
        Sessions(Scene scene, int begunAtOnce) {
            super(scene, 0);
            this.begunAtOnce = begunAtOnce;
            block = Http2.connect(port, "/v1/ws", "sec-websocket-protocol", "highwater.v1");
        }

        /** The channel of the next one. */
        abstract String channel();

        abstract void onSubscribed(Line line, int stream);

        @Override
        void onOpen(Line line) {
            // What one stream is given is never for the others to wait for.
            line.send(Http2.widen(0, 1 << 30));
            ask(line);
        }

        private void ask(Line line) {
            for (int i = 0; i < begunAtOnce && open < SESSIONS; i++) {
                open++;
                line.send(Http2.frame(Http2.HEADERS, Http2.END_HEADERS, nextStream(), block));
            }
            line.later(PERIOD_MILLIS, () -> ask(line));
        }

        @Override
        final void onFrame(Line line, int type, int flags, int stream) {
            if (type == Http2.HEADERS && (flags & Http2.END_STREAM) == 0) {
                byte[] hello = Frames.text("{\"type\":\"hello\",\"client\":\"s" + stream + "\"}");
                byte[] subscribe = Frames.text(Commands.subscribe(channel(), ""));
                line.send(Http2.frame(Http2.DATA, 0, stream, Http2.join(hello, subscribe)));
                onSubscribed(line, stream);
            } else if (type == Http2.RST_STREAM || isEnd(type, flags)) {
                open--;
            }
        }
    }

    private static boolean isEnd(int type, int flags) {
        return (type == Http2.HEADERS || type == Http2.DATA) && (flags & Http2.END_STREAM) != 0;
    }

    /** Publishes some each tenth of a second, and reads what is answered. */
    private abstract static class Publisher extends ChannelHostile {
        private static final int PERIOD_MILLIS = 100;
        private final int atOnce;
        private final String name;
        private int published;

        Publisher(Scene scene, int index, int atOnce) {
            super(scene, "p" + index, "");
            this.atOnce = atOnce;
            this.name = "p" + index + "-";
        }

        /** One more command, or null where there is nothing to publish now. */
        abstract byte @Nullable [] next(String msgId);

        @Override
        void onHello(Line line) {
            line.later(PERIOD_MILLIS, () -> publish(line));
        }

        private void publish(Line line) {
            int count = line.isBehind() ? 0 : atOnce;
            for (int i = 0; i < count; i++) {
                byte[] command = next(name + published++);
                if (command == null) {
                    break;
                }
                line.send(command);
            }
            line.later(PERIOD_MILLIS, () -> publish(line));
        }
    }

    /**
     * Each slow session subscribes to a channel until as much has come as a queue may hold for
     * long. Four that are fast get all of it, so that it is compressed. Confined to the attack's
     * thread.
     */
    private static final class CompressedForms implements Crowd.Cast {
        static final String CLAIM =
                "what was made of queued messages for four fast subscribers with compression, with"
                        + " 45 in each queue of those that never read";
        private static final int STUCK = 4;
        private static final int FAST = 4;
        private static final int PUBLISHERS = 30;
        static final int LINES = STUCK + FAST + PUBLISHERS;

        private static final int CHANNELS = 300;

        /** Until a command has done its work. */
        private static final int PAUSE_MILLIS = 500;

        /**
         * With welcome, subscribed and unsubscribed below the 50 of which a governor would hear.
         */
        private static final int MESSAGES = 42;

        private static final String DATA =
                "{\"symbol\":\"EURUSD\",\"bid\":1.08123,\"ask\":1.08127,\"venue\":\"a place with a"
                        + " name\",\"state\":\"open\",\"currency\":\"euro\"}";

        private final Scene scene;
        private final Queue<Place> toFill = new ArrayDeque<>();
        private int subscribed;

        private record Place(Line line, int stream, String channel) {}

        CompressedForms(Scene scene) {
            this.scene = scene;
        }

        @Override
        public Hostile play(int index) {
            if (index < STUCK) {
                return new Stuck();
            }
            // Who is ended is one that was not fast enough.
            return index < LINES - PUBLISHERS || index >= LINES
                    ? new Fast(index)
                    : new Filler(index);
        }

        private static String channel(int number) {
            return "q" + number;
        }

        private final class Stuck extends Sessions {
            private int next;

            Stuck() {
                super(scene, 2);
            }

            @Override
            String channel() {
                next = subscribed++ % CHANNELS;
                return CompressedForms.channel(next);
            }

            @Override
            void onSubscribed(Line line, int stream) {
                Place place = new Place(line, stream, CompressedForms.channel(next));
                line.later(PAUSE_MILLIS, () -> toFill.add(place));
            }
        }

        private final class Fast extends ChannelHostile {
            private static final int PERIOD_MILLIS = 100;
            private static final int COMMANDS = 9;

            /** The next of its quarter of the channels. */
            private int next;

            Fast(int index) {
                super(
                        scene,
                        "fast" + index,
                        "Sec-WebSocket-Extensions: permessage-deflate;"
                                + " client_max_window_bits\r\n");
                next = index % FAST;
            }

            @Override
            void onHello(Line line) {
                line.later(PERIOD_MILLIS, () -> follow(line));
            }

            @Override
            void onFrames(Line line, ByteBuffer bytes) {}

            private void follow(Line line) {
                int end = Math.min(subscribed, CHANNELS);
                for (int i = 0; i < COMMANDS && next < end; i++) {
                    line.send(Frames.text(Commands.subscribe(channel(next), "")));
                    next += FAST;
                }
                line.later(PERIOD_MILLIS, () -> follow(line));
            }
        }

        private final class Filler extends Publisher {
            private @Nullable Place place;
            private int left;

            Filler(int index) {
                super(scene, index, 9);
            }

            @Override
            byte @Nullable [] next(String msgId) {
                if (left == 0) {
                    place = toFill.poll();
                    left = MESSAGES;
                }
                Place filled = place;
                if (filled == null) {
                    left = 0;
                    return null;
                }
                left--;
                if (left == 0) {
                    filled.line.later(PAUSE_MILLIS, () -> leave(filled));
                }
                return Frames.text(Commands.publish(filled.channel, msgId, DATA));
            }

            private static void leave(Place place) {
                byte[] command = Frames.text(Commands.unsubscribe(place.channel));
                place.line.send(Http2.frame(Http2.DATA, 0, place.stream, command));
            }
        }
    }

    /**
     * Sessions that take their first answer when there is a batch behind it, of which they take no
     * more than a little: it is in flight when they are ended. Confined to the attack's thread.
     */
    private static final class LingeringWrites implements Crowd.Cast {
        static final String CLAIM =
                "sessions without end that are evicted with 60 KB on their way to each, of which"
                        + " they take next to nothing";
        private static final int STUCK = 4;
        private static final int PUBLISHERS = 2;
        static final int LINES = STUCK + PUBLISHERS;

        /** Until the queue holds what goes in one write. */
        private static final int WAIT_MILLIS = 250;

        private static final String CHANNEL = "crowd";
        private static final String DATA = "\"" + "x".repeat(31_000) + "\"";

        private final Scene scene;

        LingeringWrites(Scene scene) {
            this.scene = scene;
        }

        @Override
        public Hostile play(int index) {
            return index % LINES < STUCK ? new Stuck() : new Speaker(index);
        }

        private final class Stuck extends Sessions {
            Stuck() {
                super(scene, 10);
            }

            @Override
            String channel() {
                return CHANNEL;
            }

            @Override
            void onSubscribed(Line line, int stream) {
                line.later(WAIT_MILLIS, () -> line.send(Http2.widen(stream, 1_024)));
            }
        }

        private final class Speaker extends Publisher {
            Speaker(int index) {
                super(scene, index, 1);
            }

            @Override
            byte[] next(String msgId) {
                return Frames.text(Commands.publish(CHANNEL, msgId, DATA));
            }
        }
    }

    /**
     * One session on each connection, whose windows are wide open and which is read no more once it
     * has subscribed. Confined to the attack's thread.
     */
    private static final class StuckBatches implements Crowd.Cast {
        static final String CLAIM =
                "connections without end that are not read, each with batches that are written as"
                        + " far as their sessions know";
        private static final int PUBLISHERS = 2;
        static final int LINES = 1_000;

        private static final int WINDOW_BYTES = 1 << 24;
        private static final int SMALL_BUFFER_BYTES = 4096;

        /** Until it has subscribed. */
        private static final int PAUSE_MILLIS = 200;

        private static final String CHANNEL = "batches";
        private static final String DATA = "\"" + "x".repeat(7_900) + "\"";

        private final Scene scene;

        StuckBatches(Scene scene) {
            this.scene = scene;
        }

        @Override
        public Hostile play(int index) {
            return index < PUBLISHERS ? new Speaker(index) : new Stuck();
        }

        private final class Stuck extends Http2Hostile {
            Stuck() {
                super(scene, WINDOW_BYTES);
            }

            @Override
            int receiveBufferBytes() {
                return SMALL_BUFFER_BYTES;
            }

            @Override
            void onOpen(Line line) {
                line.send(Http2.widen(0, WINDOW_BYTES));
                byte[] block =
                        Http2.connect(port, "/v1/ws", "sec-websocket-protocol", "highwater.v1");
                line.send(Http2.frame(Http2.HEADERS, Http2.END_HEADERS, nextStream(), block));
            }

            @Override
            void onFrame(Line line, int type, int flags, int stream) {
                if (type == Http2.RST_STREAM || isEnd(type, flags)) {
                    // Refused: one of the address had more than its rate.
                    line.close();
                } else if (type == Http2.HEADERS) {
                    byte[] hello = Frames.text("{\"type\":\"hello\",\"client\":\"s\"}");
                    byte[] subscribe = Frames.text(Commands.subscribe(CHANNEL, ""));
                    line.send(Http2.frame(Http2.DATA, 0, stream, Http2.join(hello, subscribe)));
                    line.later(PAUSE_MILLIS, line::stopReading);
                }
            }
        }

        private final class Speaker extends Publisher {
            Speaker(int index) {
                super(scene, index, 2);
            }

            @Override
            byte[] next(String msgId) {
                return Frames.text(Commands.publish(CHANNEL, msgId, DATA));
            }
        }
    }
}
