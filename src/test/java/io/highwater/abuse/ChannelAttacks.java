package io.highwater.abuse;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sessions of /v1/ws that use its commands for what they cost. */
final class ChannelAttacks {
    /** A tenth above which a session ends with 4429 is not the aim: all that is allowed is. */
    private static final int COMMANDS = 95;

    private static final int PERIOD_MILLIS = 1_000;
    private static final String NAME = "a".repeat(180);

    private ChannelAttacks() {}

    static List<Attack> all() {
        return List.of(
                Crowd.together("catching-up", CatchUp.CLAIM, 64, CatchUp::new).remembered(),
                commands(
                        "subscriptions",
                        "1,000 subscriptions a session to names of 190 characters",
                        400,
                        id -> Commands.subscribe(NAME + id, "")),
                commands(
                        "channel-names",
                        "channels that are subscribed to once and never again",
                        400,
                        id ->
                                id % 2 == 0
                                        ? Commands.subscribe(NAME + id / 2, "")
                                        : Commands.unsubscribe(NAME + id / 2)),
                commands(
                        "rings",
                        "a message of 2 KB to channel after channel, each with a ring",
                        400,
                        id -> Commands.publish(NAME + id, "m", "\"" + "x".repeat(2_000) + "\"")),
                commands(
                        "msg-ids",
                        "msgIds of 64 characters that are never used again",
                        400,
                        id -> Commands.publish("ids", String.format("%064d", id), "1")),
                commands(
                        "histories",
                        "histories of a ring of 60 KB messages, asked for without end",
                        200,
                        id ->
                                id < 40
                                        ? Commands.publish(
                                                "past", "h" + id, "\"" + "x".repeat(60_000) + "\"")
                                        : Commands.history("past")),
                commands(
                        "presences",
                        "the members of a channel of 1,000, asked for without end",
                        1_000,
                        id ->
                                id % 50 == 0
                                        ? Commands.subscribe("crowd", "")
                                        : Commands.presence("crowd")),
                Crowd.of(
                        "escaped-names",
                        "issue 9: commands of 65 KB in members whose names are escaped",
                        100,
                        EscapedNames::new),
                Crowd.of(
                        "deep-and-wide-json",
                        "commands of 65 KB that nest, or repeat a member",
                        100,
                        WideJson::new),
                Crowd.of("no-hello", "sessions that never say hello", 4_000, NoHello::new));
    }

    private interface Numbered {
        String command(int id);
    }

    /**
     * All that a session is allowed, with numbers that no command of the attack shares, or that few
     * do.
     */
    private static Attack commands(String name, String claim, int lines, Numbered numbered) {
        return Crowd.together(
                        name,
                        claim,
                        lines,
                        scene -> {
                            int[] count = new int[1];
                            Supplier<String> next = () -> numbered.command(count[0]++);
                            return index -> new Commander(scene, index, next);
                        })
                .remembered();
    }

    private static final class Commander extends ChannelHostile {
        private final Supplier<String> commands;

        Commander(Scene scene, int index, Supplier<String> commands) {
            super(scene, "member-" + index + "x".repeat(40), "");
            this.commands = commands;
        }

        @Override
        void onHello(Line line) {
            line.later(50, () -> command(line));
        }

        private void command(Line line) {
            if (!line.isBehind()) {
                for (int i = 0; i < COMMANDS; i++) {
                    line.send(Frames.text(commands.get()));
                }
            }
            line.later(PERIOD_MILLIS, () -> command(line));
        }
    }

    /**
     * Four fill a ring; the others, which do not read, ask for all of it again and again. Confined
     * to the attack's thread.
     */
    private static final class CatchUp implements Crowd.Cast {
        static final String CLAIM =
                "issue 5: a ring of 400 × 60 KB, which 60 sessions that never read catch up with"
                        + " 40 times each half second";
        private static final int SPEAKERS = 4;
        private static final int RING = 400;
        private static final String DATA = "\"" + "x".repeat(60_000) + "\"";
        private static final int ENOUGH_FAILED = 50;

        private final Scene scene;
        private @Nullable String oldest;
        private int published;
        private int failed;

        CatchUp(Scene scene) {
            this.scene = scene;
        }

        @Override
        public Hostile play(int index) {
            return index < SPEAKERS ? new Speaker(index) : new Reader(index);
        }

        private boolean isFull() {
            return oldest != null && (published >= RING || failed >= ENOUGH_FAILED);
        }

        private final class Speaker extends ChannelHostile {
            private final int index;

            Speaker(int index) {
                super(scene, "s" + index, "");
                this.index = index;
            }

            @Override
            void onHello(Line line) {
                for (int i = 0; i < RING / SPEAKERS; i++) {
                    String id = "c" + index + "-" + i;
                    line.send(Frames.text(Commands.publish("ring", id, DATA)));
                }
            }

            @Override
            void onMessage(Line line, String text) {
                if (text.startsWith("{\"type\":\"published\"")) {
                    published++;
                    int at = text.indexOf("\"position\":\"") + 12;
                    String position = text.substring(at, text.indexOf('"', at));
                    if (oldest == null || position.endsWith("-1")) {
                        oldest = position;
                    }
                } else if (text.startsWith("{\"type\":\"error\"")) {
                    failed++;
                }
            }
        }

        private final class Reader extends ChannelHostile {
            private static final int SUBSCRIBES = 40;

            Reader(int index) {
                super(scene, "r" + index, "");
            }

            @Override
            int receiveBufferBytes() {
                return 4096;
            }

            @Override
            void onHello(Line line) {
                line.later(200, line::stopReading);
                line.later(50, () -> subscribe(line));
            }

            private void subscribe(Line line) {
                if (isFull() && !line.isBehind()) {
                    String since = ",\"since\":{\"local\":\"" + oldest + "\"},\"limit\":1000000";
                    byte[] command = Frames.text(Commands.subscribe("ring", since));
                    line.send(Frames.repeated(command, SUBSCRIBES));
                }
                line.later(isFull() ? 500 : 50, () -> subscribe(line));
            }
        }
    }

    private static final class EscapedNames extends ChannelHostile {
        private static final byte[] COMMAND = Frames.text(command());

        EscapedNames(Scene scene) {
            super(scene, "e", "");
        }

        private static String command() {
            StringBuilder json = new StringBuilder("{\"type\":\"ping\"");
            while (json.length() < 65_000) {
                json.append(",\"\\u0061\":1");
            }
            return json.append('}').toString();
        }

        @Override
        void onHello(Line line) {
            line.later(50, () -> command(line));
        }

        private void command(Line line) {
            if (!line.isBehind()) {
                line.send(COMMAND);
            }
            line.later(15, () -> command(line));
        }
    }

    private static final class WideJson extends ChannelHostile {
        private static final byte[] NESTED =
                Frames.text(
                        "{\"type\":\"ping\",\"x\":"
                                + "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],\"y\":".repeat(1_500)
                                + "1}");
        private static final byte[] REPEATED =
                Frames.text("{\"type\":\"ping\"" + ",\"id\":8".repeat(9_000) + "}");
        private static final byte[] NUMBERS =
                Frames.text("{\"type\":\"ping\",\"n\":[" + "1e99,".repeat(12_000) + "1]}");

        WideJson(Scene scene) {
            super(scene, "w", "");
        }

        @Override
        void onHello(Line line) {
            line.later(50, () -> command(line));
        }

        private void command(Line line) {
            if (!line.isBehind()) {
                line.send(NESTED);
                line.send(REPEATED);
                line.send(NUMBERS);
            }
            line.later(45, () -> command(line));
        }
    }

    private static final class NoHello extends WebSocketHostile {
        NoHello(Scene scene) {
            super(scene, "/v1/ws", ChannelHostile.SUBPROTOCOL);
        }

        @Override
        void onOpen(Line line) {}
    }
}
