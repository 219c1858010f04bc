package io.highwater.abuse;

import io.highwater.system.H2Connection;
import io.highwater.system.Peer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * From 127.0.0.1: an echo each 50 ms over HTTP/1.1, over HTTP/2 and through a channel, and an
 * opening handshake each second. It keeps up and wants little, so each of them must succeed.
 * Thread-safe.
 */
final class GoodClient implements AutoCloseable {
    private static final long ECHO_MILLIS = 50;
    private static final long HANDSHAKE_MILLIS = 1_000;
    private static final int GUARD_SECONDS = 60;
    private static final long AGAIN_MILLIS = 500;
    private static final String THREADS = "good-";
    private static final String CHANNEL = "good";

    private final int port;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch firsts;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Long> worstNanos = new ConcurrentHashMap<>();

    /** When those under way began, by name. */
    private final Map<String, Long> begunNanos = new ConcurrentHashMap<>();

    /** Something that is done again and again on one connection. */
    private interface Errand extends AutoCloseable {
        void run() throws Exception;

        @Override
        void close() throws Exception;
    }

    private interface Opening {
        Errand open() throws Exception;
    }

    private GoodClient(int port) {
        this.port = port;
        Map<String, Opening> errands =
                Map.of(
                        "echo", () -> new Echo(Peer.connect(port, "/v1/echo")),
                        "echo over h2", () -> new EchoOverHttp2(port),
                        "channel", () -> new Channel(port),
                        "handshake", () -> new Handshake(port));
        firsts = new CountDownLatch(errands.size());
        errands.forEach(
                (name, opening) -> {
                    long period = name.equals("handshake") ? HANDSHAKE_MILLIS : ECHO_MILLIS;
                    Thread thread = new Thread(() -> run(name, period, opening), THREADS + name);
                    thread.setDaemon(true);
                    threads.add(thread);
                });
    }

    /** Returns when all of it has gone well once. */
    static GoodClient start(int port) throws InterruptedException {
        GoodClient client = new GoodClient(port);
        client.threads.forEach(Thread::start);
        if (!client.firsts.await(GUARD_SECONDS, TimeUnit.SECONDS)) {
            client.close();
            throw new AssertionError("before any attack: " + client.failures);
        }
        return client;
    }

    private void run(String name, long periodMillis, Opening opening) {
        boolean first = true;
        while (stop.getCount() > 0) {
            begunNanos.put(name, System.nanoTime());
            try (Errand errand = opening.open()) {
                do {
                    long begun = System.nanoTime();
                    begunNanos.put(name, begun);
                    errand.run();
                    begunNanos.remove(name);
                    long took = System.nanoTime() - begun;
                    if (first) {
                        // It may have loaded classes, on either side.
                        first = false;
                        firsts.countDown();
                    } else {
                        worstNanos.merge(name, took, Math::max);
                    }
                    stop.await(
                            Math.max(0, periodMillis - TimeUnit.NANOSECONDS.toMillis(took)),
                            TimeUnit.MILLISECONDS);
                } while (stop.getCount() > 0);
            } catch (InterruptedException e) {
                return;
            } catch (Exception | AssertionError e) {
                begunNanos.remove(name);
                failures.add(name + ": " + e);
                pause(AGAIN_MILLIS);
            }
        }
    }

    private void pause(long millis) {
        try {
            stop.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stop.countDown();
        }
    }

    /** From now on it is another attack that is in the way. */
    void forget() {
        failures.clear();
        worstNanos.clear();
    }

    /** What did not succeed since, in words. */
    List<String> failures() {
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }

    /** Those of which none has succeeded since. */
    List<String> heldUp() {
        return threads.stream()
                .map(thread -> thread.getName().substring(THREADS.length()))
                .filter(name -> !worstNanos.containsKey(name))
                .toList();
    }

    /** The longest that each took since, or has taken up to now, in words. */
    String worst() {
        Map<String, Long> worst = new TreeMap<>(worstNanos);
        long now = System.nanoTime();
        begunNanos.forEach((name, begun) -> worst.merge(name, now - begun, Math::max));
        StringBuilder words = new StringBuilder();
        worst.forEach(
                (name, nanos) ->
                        words.append(words.isEmpty() ? "" : ", ")
                                .append(name)
                                .append(' ')
                                .append(TimeUnit.NANOSECONDS.toMillis(nanos))
                                .append(" ms"));
        return words.toString();
    }

    /** Ends when the errands under way have. */
    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(GUARD_SECONDS));
        }
    }

    private static class Echo implements Errand {
        private final Peer peer;
        private int count;

        Echo(Peer peer) {
            this.peer = peer;
        }

        @Override
        public void run() throws Exception {
            String text = "echo " + count++;
            peer.sendText(text);
            String answer = peer.readMessage().text();
            if (!answer.equals(text)) {
                throw new AssertionError("not " + text + " but " + answer);
            }
        }

        @Override
        public void close() throws Exception {
            peer.close();
        }
    }

    private static final class EchoOverHttp2 implements Errand {
        private final H2Connection connection;
        private final Echo echo;

        EchoOverHttp2(int port) throws Exception {
            connection = H2Connection.connect(port);
            try {
                echo = new Echo(connection.open("/v1/echo"));
            } catch (Exception e) {
                connection.close();
                throw e;
            }
        }

        @Override
        public void run() throws Exception {
            echo.run();
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    private static final class Channel implements Errand {
        private final Peer peer;
        private int count;

        Channel(int port) throws Exception {
            peer = Peer.connect(port, "/v1/ws", "highwater.v1");
            peer.sendText("{\"type\":\"hello\",\"id\":1,\"client\":\"good\"}");
            peer.sendText(Commands.subscribe(CHANNEL, ""));
            // What is published before that may be too early for it.
            String answer = peer.readMessage().text();
            while (!answer.startsWith("{\"type\":\"subscribed\"")) {
                answer = peer.readMessage().text();
            }
        }

        @Override
        public void run() throws Exception {
            String msgId = Long.toString(System.nanoTime(), 36) + "-" + count++;
            peer.sendText(Commands.publish(CHANNEL, msgId, "1"));
            boolean published = false;
            boolean heard = false;
            while (!published || !heard) {
                Peer.Frame frame = peer.readMessage();
                String text = frame.text();
                published |= text.startsWith("{\"type\":\"published\"");
                heard |= text.startsWith("{\"type\":\"message\"") && text.contains(msgId);
                if (frame.opcode() != 1 || text.startsWith("{\"type\":\"error\"")) {
                    throw new AssertionError("closed, or an error: " + text);
                }
            }
        }

        @Override
        public void close() throws Exception {
            peer.close();
        }
    }

    private record Handshake(int port) implements Errand {
        @Override
        public void run() throws Exception {
            try (Peer peer = Peer.connect(port, "/v1/echo")) {
                peer.sendText("new");
                peer.readMessage();
                peer.closeNormally();
            }
        }

        @Override
        public void close() {}
    }
}
