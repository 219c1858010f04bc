package io.highwater.abuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * An attack by many connections, held at a number: who is ended or refused is replaced, until all
 * addresses are refused and nothing else. Immutable.
 *
 * @param lines connections at once, of all addresses together
 * @param isTls whether they go to the TLS port, where they speak TLS by hand
 * @param cast who plays in a run
 */
record Crowd(
        String name,
        String claim,
        int lines,
        boolean isTls,
        boolean isRemembered,
        Function<Scene, Cast> cast)
        implements Attack {

    /** Gives each connection its part. Confined to the attack's thread. */
    interface Cast {
        /**
         * @param index of the connection, from 0; those that replace others count on
         */
        Hostile play(int index);
    }

    /** Who does the same on each connection. */
    static Crowd of(String name, String claim, int lines, Function<Scene, Hostile> part) {
        return together(name, claim, lines, scene -> index -> part.apply(scene));
    }

    static Crowd together(String name, String claim, int lines, Function<Scene, Cast> cast) {
        return new Crowd(name, claim, lines, false, false, cast);
    }

    Crowd overTls() {
        return new Crowd(name, claim, lines, true, isRemembered, cast);
    }

    Crowd remembered() {
        return new Crowd(name, claim, lines, isTls, true, cast);
    }

    @Override
    public void run(Scene scene) throws IOException {
        new Run(scene).run();
    }

    private final class Run implements Swarm.Listener {
        /** Connections whose connect is not answered yet: what the kernel's queue may hold. */
        private static final int CONNECTING = 400;

        private static final int OPENED_AT_ONCE = 100;
        private static final long PAUSE_NANOS = 100_000_000;

        /** Connections that an address tries after a refusal. */
        private static final int PROBES = 20;

        /** Tries in vain, with their pauses some three seconds of them, that are for good. */
        private static final int FOR_GOOD = 30;

        private final Scene scene;
        private final Cast players;
        private final Gate[] gates;
        private int index;
        private int next;

        /** Connections begun and not heard of yet. */
        private int connecting;

        private boolean exhausted;

        /** What one address may still do. */
        private static final class Gate {
            int refusals;
            int probes;
            long closedUntilNanos = System.nanoTime();

            void close() {
                probes = 0;
                closedUntilNanos = System.nanoTime() + PAUSE_NANOS;
            }

            boolean isClosed(long now) {
                return closedUntilNanos - now > 0 || refusals >= FOR_GOOD;
            }
        }

        Run(Scene scene) {
            this.scene = scene;
            this.players = cast.apply(scene);
            gates = new Gate[scene.addresses()];
            for (int i = 0; i < gates.length; i++) {
                gates[i] = new Gate();
            }
        }

        void run() throws IOException {
            try (Swarm swarm = new Swarm(scene.tally(), this)) {
                while (!isOver() && (swarm.lines() > 0 || !isRefusedForGood())) {
                    open(swarm);
                    swarm.turn(10);
                }
            }
        }

        /** Who is not refused may come in full number. */
        private boolean isOver() {
            boolean complete = index >= lines || scene.tally().refused.sum() > 0 || exhausted;
            return complete ? scene.isOver() : scene.isLate();
        }

        private boolean isRefusedForGood() {
            for (Gate gate : gates) {
                if (gate.refusals < FOR_GOOD) {
                    return exhausted;
                }
            }
            return true;
        }

        private void open(Swarm swarm) {
            long now = System.nanoTime();
            int turns = gates.length;
            for (int i = 0; i < OPENED_AT_ONCE && turns > 0 && connecting < CONNECTING; ) {
                if (swarm.lines() >= lines || exhausted) {
                    return;
                }
                next = (next + 1) % gates.length;
                if (gates[next].isClosed(now)) {
                    turns--;
                    continue;
                }
                try {
                    Hostile hostile = new Counted(players.play(index++));
                    connecting++;
                    if (gates[next].refusals > 0 && ++gates[next].probes > PROBES) {
                        gates[next].close();
                    }
                    swarm.open(isTls ? scene.tlsPort() : scene.port(), next, hostile);
                    i++;
                } catch (IOException e) {
                    // No descriptor or no port is left to us; who is open goes on.
                    connecting--;
                    exhausted = true;
                }
            }
        }

        @Override
        public void onSettled(Line line) {
            gates[line.address].refusals = 0;
        }

        @Override
        public void onEnded(Line line) {
            if (!line.isConnected()) {
                connecting--;
            }
            if (!line.wasRefused()) {
                scene.tally().ended.increment();
                return;
            }
            scene.tally().refused.increment();
            Gate gate = gates[line.address];
            if (!gate.isClosed(System.nanoTime())) {
                gate.refusals++;
                gate.close();
            }
        }

        /** Tells when the connection stands. */
        private final class Counted extends Hostile {
            private final Hostile part;

            Counted(Hostile part) {
                this.part = part;
            }

            @Override
            int receiveBufferBytes() {
                return part.receiveBufferBytes();
            }

            @Override
            void onConnected(Line line) {
                connecting--;
                part.onConnected(line);
            }

            @Override
            void onReceived(Line line, ByteBuffer bytes) {
                part.onReceived(line, bytes);
            }

            @Override
            void onDrained(Line line) {
                part.onDrained(line);
            }
        }
    }
}
