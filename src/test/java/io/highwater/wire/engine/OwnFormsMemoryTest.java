package io.highwater.wire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SendQueue;
import io.highwater.outbound.SendQueueListener;
import io.highwater.outbound.SendQueues;
import io.highwater.testing.AccountedQueues;
import io.highwater.testing.Ledgers;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.deflate.PermessageDeflate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is compressed for one session alone and stuck is charged, beside the message itself. */
final class OwnFormsMemoryTest {
    private static final int SESSIONS = 200;
    private static final String OFFER = "permessage-deflate; client_max_window_bits";
    private static final String SMALL_WINDOW =
            OFFER + "; server_max_window_bits=10; server_no_context_takeover";

    private final Ledger ledger = Ledgers.of(Map.of(), () -> 0);
    private final Payer payer = Ledgers.payer(ledger, "127.0.0.1");
    private final TimerWheel wheel = new TimerWheel(0);
    private final AccountedQueues queues = new AccountedQueues(ledger, wheel, Ticker.system());
    private final Book outbound = queues.outbound;
    private final SendQueues route = queues.under(OverflowPolicy.EVICT);
    private final Random random = new Random(1);
    private final PermessageDeflate deflate =
            new PermessageDeflate(
                    DeflateSettings.defaults(),
                    1L << 40,
                    ledger.book(Account.CONTEXTS),
                    wheel,
                    new ManualExecutor(),
                    DeflateObserver.NONE,
                    LogLimit.none());

    @AfterEach
    void close() {
        deflate.close();
    }

    private final class Client {
        private final WireFixture fixture;
        private final SendQueue queue;

        Client(String offer) {
            fixture =
                    new WireFixture(
                            ledger,
                            Objects.requireNonNull(
                                    deflate.negotiate(
                                            List.of(offer), DeflatePolicy.SHARED, payer)));
            fixture.open();
            queue = route.open(fixture.wire, SendQueueListener.NONE);
            fixture.listener.whenWritable = queue::onWritable;
            fixture.transport.stick();
        }
    }

    /** Half of it is left when it is compressed. */
    private OutboundFrame message(int bytes) {
        byte[] text = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) "0123456789abcdef".charAt(random.nextInt(16));
        }
        return OutboundFrame.text(ByteBuffer.wrap(text));
    }

    private void check(String offer, Consumer<Client> use) throws Exception {
        Client first = new Client(offer);
        use.accept(first);
        long ofOne = outbound.bytes();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            clients.add(new Client(offer));
        }

        queues.heap.check(SESSIONS, () -> clients.forEach(use));

        assertThat(ofOne).isPositive();
        clients.forEach(client -> client.queue.onClosed());
        first.queue.onClosed();
        assertThat(outbound.bytes()).isZero();
    }

    @Test
    void aMessageThatIsStuck() throws Exception {
        check(OFFER, client -> client.queue.offer(message(20_000)));
    }

    @Test
    void aBatchThatIsStuck() throws Exception {
        check(
                OFFER,
                client -> {
                    for (int i = 0; i < 60; i++) {
                        client.queue.offer(message(500));
                    }
                    client.fixture.transport.takeHeld();
                    client.fixture.transport.takeWritten();
                });
    }

    @Test
    void aMessageForManyThatDoesNotFitThePeersWindow() throws Exception {
        OutboundFrame broadcast = message(20_000).broadcast();
        check(SMALL_WINDOW, client -> client.queue.offer(broadcast));
    }

    /** It is charged with the message, once for all. */
    @Test
    void aFormThatManyShareIsNobodysOwn() {
        OutboundFrame broadcast = message(2_000).broadcast();
        Client first = new Client(OFFER);
        Client second = new Client(OFFER);

        first.queue.offer(broadcast);
        second.queue.offer(broadcast);

        assertThat(payer.bytes(Account.OUTBOUND)).isZero();
        assertThat(outbound.bytes()).isBetween(3_000L, 3_600L);
        first.queue.onClosed();
        second.queue.onClosed();
        assertThat(outbound.bytes()).isZero();
    }

    /** Beyond the budget of contexts a channel's message goes as it is. */
    @Test
    void aMessageOfAChannelThatIsNotCompressedIsNobodysOwn() {
        Client first = new Client(OFFER);
        Client second = new Client(OFFER);
        OutboundFrame ofChannel = deflate.newChannel().share(noise(20_000));

        first.queue.offer(ofChannel);
        second.queue.offer(ofChannel);

        assertThat(payer.bytes(Account.OUTBOUND)).isZero();
        assertThat(outbound.bytes()).isBetween(20_000L, 21_000L);
        first.queue.onClosed();
        second.queue.onClosed();
        assertThat(outbound.bytes()).isZero();
    }

    /** Nothing is to be won by compressing it. */
    private OutboundFrame noise(int bytes) {
        byte[] payload = new byte[bytes];
        random.nextBytes(payload);
        return OutboundFrame.binary(ByteBuffer.wrap(payload));
    }

    /** A Ping is in flight, and the message waits behind it. */
    @Test
    void aMessageThatWaitsForAControlFrame() {
        Client client = new Client(OFFER);
        client.fixture.wire.control(Wire.Control.KEEPALIVE_PING, ByteBuffer.allocate(8));

        client.queue.offer(message(20_000));

        assertThat(payer.bytes(Account.OUTBOUND)).isBetween(30_000L, 34_000L);
        client.fixture.transport.unstick();
        assertThat(payer.bytes(Account.OUTBOUND)).isZero();
    }

    /** Jetty keeps a buffer of the largest while the socket does not take all of it. */
    @Test
    void aRecordOfTlsIsChargedWithWhatIsStuck() {
        Client client = new Client(OFFER);
        client.fixture.transport.kind = TransportKind.HTTP1_TLS;

        client.queue.offer(noise(200).broadcast());

        assertThat(payer.bytes(Account.OUTBOUND)).isBetween(20_000L, 22_000L);
        client.fixture.transport.unstick();
        assertThat(payer.bytes(Account.OUTBOUND)).isZero();
    }

    @Test
    void whatIsTakenIsGivenBack() {
        Client client = new Client(OFFER);
        client.queue.offer(message(20_000));
        client.queue.offer(message(20_000));
        assertThat(payer.bytes(Account.OUTBOUND)).isBetween(50_000L, 54_000L);

        client.fixture.transport.unstick();

        assertThat(outbound.bytes()).isZero();
        assertThat(payer.bytes(Account.OUTBOUND)).isZero();
    }
}
