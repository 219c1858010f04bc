package io.highwater.bench;

import io.highwater.bench.client.Carrier;
import io.highwater.bench.client.LoadClient;
import io.highwater.bench.client.Opening;
import io.highwater.bench.client.Ticker;
import java.io.IOException;
import java.time.Duration;

/** Connections that come, say what they have to say, and stay. Confined to one thread. */
interface IdleCrowd {
    Duration LIMIT = Duration.ofSeconds(300);

    /** Comes, keeps the server busy for so long, and goes. */
    void warmUp(int port, int connections, Duration time) throws IOException;

    /** A client without connections, whose {@link #settle} follows. */
    LoadClient client(int port, int connections) throws IOException;

    /** Opens them all; they are idle when it returns. */
    void settle(LoadClient client, int connections) throws IOException;

    /** Answers that never came. */
    long lost();

    /** Answers that were not what was asked for. */
    long wrong();

    /** Each echoes its messages at {@code /v1/echo}. */
    final class Echoed implements IdleCrowd {
        private final Ticker ticker;
        private final Carrier carrier;
        private final Conversation conversation;
        private final Opening opening;
        private EchoLoad load = new EchoLoad(0, 0);
        private long lost;
        private long wrong;

        Echoed(Ticker ticker, Carrier carrier, Conversation conversation) {
            this.ticker = ticker;
            this.carrier = carrier;
            this.conversation = conversation;
            opening = EchoWorkload.ECHO.deflating(conversation.deflate());
        }

        @Override
        public void warmUp(int port, int connections, Duration time) throws IOException {
            try (LoadClient client = client(port, connections)) {
                load.keepGoing(true);
                client.open(connections, opening, LIMIT);
                load.start(client, connections, ticker.nanoTime());
                client.pollUntil(() -> false, ticker.nanoTime() + time.toNanos());
                load.keepGoing(false);
                awaitEchoes(client);
                client.closeSockets(LIMIT);
            }
        }

        @Override
        public LoadClient client(int port, int connections) throws IOException {
            load = new EchoLoad(connections, conversation.bytes());
            return new LoadClient(port, ticker, carrier, load);
        }

        @Override
        public void settle(LoadClient client, int connections) throws IOException {
            client.open(connections, opening, LIMIT);
            for (int i = 0; i < conversation.messages(); i++) {
                load.start(client, connections, ticker.nanoTime());
                awaitEchoes(client);
            }
        }

        private void awaitEchoes(LoadClient client) throws IOException {
            client.pollUntil(() -> load.inFlight() == 0, ticker.nanoTime() + LIMIT.toNanos());
            lost += load.inFlight();
            wrong += load.wrong();
        }

        @Override
        public long lost() {
            return lost;
        }

        @Override
        public long wrong() {
            return wrong;
        }
    }

    /** Each says hello and subscribes to one channel, the same for all. */
    final class Subscribed implements IdleCrowd {
        private final Ticker ticker;
        private final Carrier carrier;
        private Members members = newMembers();

        Subscribed(Ticker ticker, Carrier carrier) {
            this.ticker = ticker;
            this.carrier = carrier;
        }

        private static Members newMembers() {
            return new Members(Contestant.Rooms.CHANNELS, (socket, in, at, length, nowNanos) -> {});
        }

        @Override
        public void warmUp(int port, int connections, Duration time) throws IOException {
            long endNanos = ticker.nanoTime() + time.toNanos();
            do {
                try (LoadClient client = client(port, connections)) {
                    settle(client, connections);
                    client.closeSockets(LIMIT);
                }
            } while (endNanos - ticker.nanoTime() > 0);
        }

        @Override
        public LoadClient client(int port, int connections) throws IOException {
            members = newMembers();
            return new LoadClient(port, ticker, carrier, members);
        }

        @Override
        public void settle(LoadClient client, int connections) throws IOException {
            members.join(client, connections, ticker, LIMIT);
        }

        /** None: who is not subscribed ends the benchmark. */
        @Override
        public long lost() {
            return 0;
        }

        @Override
        public long wrong() {
            return 0;
        }
    }
}
