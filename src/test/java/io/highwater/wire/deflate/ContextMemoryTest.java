package io.highwater.wire.deflate;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.testing.AccountedHeap;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.WireExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is charged for compression contexts is what they keep of the heap. */
final class ContextMemoryTest {
    private static final int SESSIONS = 500;

    private final DeflateFixture fixture = new DeflateFixture();
    private final Corpus corpus = new Corpus(1);
    private final AccountedHeap heap =
            new AccountedHeap(() -> fixture.ledger.book(Account.CONTEXTS).bytes());

    @AfterEach
    void close() {
        fixture.close();
    }

    @FunctionalInterface
    private interface Use {
        void of(WireExtension session) throws Exception;
    }

    private void check(Use use) throws Exception {
        List<WireExtension> sessions = new ArrayList<>();
        for (int i = 0; i <= SESSIONS; i++) {
            sessions.add(fixture.open(DeflatePolicy.CONTEXT_4K));
        }
        // The coders, which all share.
        use.of(sessions.get(SESSIONS));
        heap.check(
                SESSIONS,
                () -> {
                    for (WireExtension session : sessions.subList(0, SESSIONS)) {
                        use.of(session);
                    }
                });
        sessions.forEach(WireExtension::close);
    }

    private void send(WireExtension session, int bytes) {
        session.outgoing(OutboundFrame.binary(ByteBuffer.wrap(corpus.json(bytes))));
    }

    private void receive(WireExtension session, int bytes) throws Exception {
        ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);
        session.incoming(peer.compress(corpus.json(bytes)), 1 << 20);
        peer.close();
    }

    @Test
    void whatWasSent() throws Exception {
        check(session -> send(session, 5_000));
    }

    @Test
    void aLittleThatWasSent() throws Exception {
        check(session -> send(session, 300));
    }

    @Test
    void whatWasReceived() throws Exception {
        check(session -> receive(session, 5_000));
    }

    @Test
    void aLittleThatWasReceived() throws Exception {
        check(session -> receive(session, 100));
    }

    @Test
    void bothDirectionsOverManyMessages() throws Exception {
        check(
                session -> {
                    ContextPeer peer = new ContextPeer(ContextTakeover.TAKEOVER);
                    // A real client's Deflater knows no window of 12 bits.
                    for (int i = 0; i < 5; i++) {
                        send(session, 700);
                        session.incoming(peer.compress(corpus.json(700)), 1 << 20);
                    }
                    peer.close();
                });
    }

    /** Where the client may refer to all that it has sent. */
    @Test
    void aWholeWindow() throws Exception {
        List<WireExtension> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            sessions.add(fixture.open(DeflatePolicy.CONTEXT_4K, "permessage-deflate"));
        }
        heap.check(
                SESSIONS,
                () -> {
                    for (WireExtension session : sessions) {
                        receive(session, 60_000);
                    }
                });
        sessions.forEach(WireExtension::close);
    }

    /** The end of a channel, once for all who are sent it. */
    @Test
    void whatChannelsHaveSent() throws Exception {
        List<ChannelContext> channels = new ArrayList<>();
        List<WireExtension> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            channels.add(fixture.node.newChannel());
            sessions.add(fixture.open(DeflatePolicy.CONTEXT_4K));
        }
        heap.check(
                SESSIONS,
                () -> {
                    for (int i = 0; i < SESSIONS; i++) {
                        byte[] text = corpus.json(5_000);
                        OutboundFrame frame = OutboundFrame.binary(ByteBuffer.wrap(text));
                        sessions.get(i).outgoing(channels.get(i).share(frame));
                    }
                });
        sessions.forEach(WireExtension::close);
        channels.forEach(ChannelContext::close);
    }
}
