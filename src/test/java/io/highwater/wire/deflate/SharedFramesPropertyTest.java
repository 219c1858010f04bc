package io.highwater.wire.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Turns of channels, broadcasts and messages for one connection, mixed at random over a hundred
 * connections that read, stall, lose messages, come and go, while the budget takes contexts away:
 * every peer reads just what it was sent.
 */
final class SharedFramesPropertyTest {
    private static final int CONNECTIONS = 100;
    private static final int CHANNELS = 2;
    private static final long BUDGET = 1L << 20;

    /** One connection: its wire, its peer, and its queue as {@code outbound} would keep it. */
    private static final class Client {
        final WireExtension wire;
        final ContextPeer peer;
        final boolean[] subscribed = new boolean[CHANNELS];
        final ArrayDeque<OutboundFrame> queue = new ArrayDeque<>();
        final List<byte[]> expected = new ArrayList<>();
        boolean stalled;

        Client(DeflateFixture fixture, int index) {
            DeflatePolicy policy =
                    DeflatePolicy.values()[1 + index % (DeflatePolicy.values().length - 1)];
            int bits = 8 + index % 8;
            String window = index % 3 == 0 ? "; server_max_window_bits=" + bits : "";
            wire = fixture.open(policy, DeflateFixture.OFFER + window);
            peer =
                    new ContextPeer(
                            policy.hasContext()
                                    ? ContextTakeover.TAKEOVER
                                    : ContextTakeover.NO_TAKEOVER);
            subscribed[index % CHANNELS] = true;
        }

        void send(OutboundFrame joined, List<OutboundFrame> parts) {
            if (stalled) {
                queue.addAll(parts);
            } else {
                write(joined, parts);
            }
        }

        private void write(OutboundFrame joined, List<OutboundFrame> parts) {
            for (OutboundFrame part : parts) {
                byte[] text = new byte[part.payload().remaining()];
                part.payload().get(text);
                expected.add(text);
            }
            peer.read(wire.outgoing(joined));
        }

        void flush() {
            stalled = false;
            if (!queue.isEmpty()) {
                List<OutboundFrame> waited = List.copyOf(queue);
                queue.clear();
                write(waited.size() == 1 ? waited.get(0) : OutboundFrame.join(waited), waited);
            }
        }

        void check() {
            List<byte[]> received = peer.take();
            assertThat(received).hasSameSizeAs(expected);
            for (int i = 0; i < received.size(); i++) {
                assertThat(Arrays.equals(received.get(i), expected.get(i)))
                        .as("message " + i + " of " + received.size())
                        .isTrue();
            }
            expected.clear();
        }
    }

    @Property(tries = 60)
    void everyPeerReadsWhatItWasSent(
            @ForAll @Size(min = 1, max = 400)
                    List<@IntRange(min = 0, max = 1 << 20) Integer> acts) {
        DeflateFixture fixture =
                new DeflateFixture(DeflateSettings.defaults(), (long) (BUDGET / 0.1));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(new Client(fixture, i));
        }
        List<ChannelContext> channels = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            channels.add(fixture.node.newChannel());
        }
        Corpus corpus = new Corpus(acts.size());
        int taken = 0;
        for (int act : acts) {
            Client client = clients.get(act / 16 % CONNECTIONS);
            switch (act % 16) {
                case 0, 1, 2, 3, 4, 5 ->
                        turn(clients, channels.get(act / 16 % CHANNELS), act, corpus);
                case 6, 7 -> one(client, corpus, false);
                case 8 -> one(client, corpus, true);
                case 9 -> client.stalled = true;
                case 10 -> client.flush();
                case 11 -> client.queue.pollFirst();
                case 12 -> client.subscribed[act / 16 % 2] ^= true;
                case 13 -> broadcast(clients, corpus);
                case 14 -> {
                    fixture.ticker.advance(Duration.ofSeconds(2), fixture.wheel);
                    fixture.executor.runAll();
                }
                default -> {
                    int step = act / 16 % 3;
                    int bytes = step * (int) BUDGET + step;
                    fixture.node.budget().add(null, bytes - taken);
                    taken = bytes;
                }
            }
        }
        for (Client client : clients) {
            client.flush();
            client.check();
            client.peer.close();
            client.wire.close();
        }
        fixture.node.budget().add(null, -taken);
        channels.forEach(ChannelContext::close);
        assertThat(fixture.node.contextBytes()).as("all is given back").isZero();
        fixture.close();
    }

    private static void turn(List<Client> clients, ChannelContext channel, int act, Corpus corpus) {
        List<OutboundFrame> parts = new ArrayList<>();
        for (int i = act / 32 % 3; i >= 0; i--) {
            OutboundFrame message = message(corpus);
            parts.add(corpus.next(8) == 0 ? message.secret() : channel.share(message));
        }
        OutboundFrame joined = parts.size() == 1 ? parts.get(0) : OutboundFrame.join(parts);
        for (Client client : clients) {
            if (client.subscribed[act / 16 % CHANNELS]) {
                client.send(joined, parts);
            }
        }
    }

    private static void one(Client client, Corpus corpus, boolean secret) {
        OutboundFrame message = message(corpus);
        OutboundFrame frame = secret ? message.secret() : message;
        client.send(frame, List.of(frame));
    }

    private static void broadcast(List<Client> clients, Corpus corpus) {
        OutboundFrame frame = message(corpus).broadcast();
        clients.forEach(client -> client.send(frame, List.of(frame)));
    }

    private static OutboundFrame message(Corpus corpus) {
        return OutboundFrame.binary(ByteBuffer.wrap(corpus.any(2000)));
    }
}
