package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;

/** Who gives a request's place free, where Jetty tells nobody. */
final class RequestPlaceTest {
    private static final MetaData.Request CONNECT = BoundedStream.request(HttpMethod.CONNECT);

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Ledger ledger = ledger();
    private final HTTP2ServerConnection connection = connection();
    private final BatchingSession session = (BatchingSession) connection.getSession();
    private final PlainStream stream = new PlainStream(session, 1);
    private final RequestPlace place =
            Objects.requireNonNull(
                    session.requests().enter(BoundedStream.request(HttpMethod.GET), true));

    @Test
    void aStreamThatEndsBeforeItsHandlerBegan() {
        place.start(stream);
        stream.setAttachment(request());
        stream.close();
        assertThat(session.requests().plain()).isZero();
        assertThat(ledger.book(Account.HTTP).bytes()).isZero();
        place.await(handlerOf(new byte[1]));
        place.run();
    }

    @Test
    void aStreamThatEndsBeforeItsTurnLeavesNothingOfItsRequestToWhatWaits() {
        place.start(stream);
        stream.setAttachment(request());
        byte[] head = new byte[1];
        WeakReference<byte[]> kept = new WeakReference<>(head);
        place.await(handlerOf(head));
        head = null;
        stream.close();
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () -> {
                            System.gc();
                            assertThat(kept.get()).isNull();
                        });
        place.run();
        assertThat(session.requests().plain()).isZero();
    }

    private static Runnable handlerOf(byte[] head) {
        return () -> fail("nobody is there to be answered: " + head.length);
    }

    @Test
    void itsTurnComesOnce() {
        AtomicInteger runs = new AtomicInteger();
        place.start(stream);
        stream.setAttachment(request());
        place.await(runs::incrementAndGet);
        place.run();
        place.run();
        assertThat(runs).hasValue(1);
        assertThat(session.requests().plain()).isOne();
    }

    @Test
    void aHandlerThatFindsItsStreamClosed() {
        place.start(stream);
        place.await(handlerOf(new byte[1]));
        stream.close();
        assertThat(session.requests().plain()).isOne();
        place.run();
        assertThat(session.requests().plain()).isZero();
    }

    @Test
    void aHandlerThatRunsKeepsThePlaceUntilItTells() {
        place.start(stream);
        stream.setAttachment(request());
        begin();
        stream.close();
        assertThat(session.requests().plain()).isOne();
        place.free();
        assertThat(session.requests().plain()).isZero();
    }

    @Test
    void aHandlerThatNeverTellsDoesNotKeepItForEver() {
        place.start(stream);
        begin();
        stream.close();
        ticker.advance(Duration.ofSeconds(31), wheel);
        assertThat(session.requests().plain()).isZero();
    }

    @Test
    void aRequestThatIsOverIsNoDebtor() {
        place.start(stream);
        stream.setAttachment(request());
        place.await(handlerOf(new byte[1]));
        place.free();
        assertThat(place.end(Account.HTTP)).isFalse();
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void aRequestThatWasRefusedDoesNotBegin() {
        place.start(stream);
        stream.setAttachment(request());
        place.await(handlerOf(new byte[1]));
        assertThat(place.end(Account.HTTP)).isTrue();
        place.run();
        assertThat(stream.isReset()).isTrue();
        assertThat(place.end(Account.HTTP)).isFalse();
        assertThat(ledger.book(Account.HTTP).bytes()).isZero();
    }

    @Test
    void openingHandshakesThatNobodyHasLookedAtStayWithinTheirShare() {
        place.free();
        Book book = ledger.book(Account.HTTP);
        AtomicInteger runs = new AtomicInteger();
        long most = 0;
        for (int id = 3; id < 16_003; id += 2) {
            BoundedStream handshake = new BoundedStream(session, id);
            RequestPlace waiting =
                    Objects.requireNonNull(session.requests().enter(CONNECT, false), "a place");
            waiting.start(handshake);
            waiting.await(runs::incrementAndGet);
            session.requests().settle();
            most = Math.max(most, book.bytes());
            ticker.advance(Duration.ofMillis(1), wheel);
        }
        assertThat(most)
                .isBetween(book.mostBytesOfAddress() / 8 * 7, book.mostBytesOfAddress() / 8 * 9);
        assertThat(runs).hasValue(0);
    }

    private void begin() {
        place.await(() -> {});
        place.run();
    }

    private RequestStream request() {
        HttpChannel channel = new HttpChannel.DefaultFactory().newHttpChannel(connection);
        channel.initialize();
        return new RequestStream((BoundedConnection) connection, channel, stream, place);
    }

    private HTTP2ServerConnection connection() {
        HttpConfiguration http = new HttpConfiguration();
        ServerConnector connector =
                new ServerConnector(
                        new Server(),
                        Runnable::run,
                        new ScheduledExecutorScheduler(),
                        new ArrayByteBufferPool(),
                        0,
                        1);
        return new BatchedHttp2(
                        new StreamBursts(LogLimit.none()),
                        new Http2Bounds(
                                ledger,
                                wheel,
                                ticker,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(30),
                                LimitsObserver.NONE,
                                LogLimit.none()))
                .connection(
                        new HTTP2CServerConnectionFactory(http),
                        connector,
                        new ByteArrayEndPoint(),
                        new ServerSessionListener() {});
    }

    private Ledger ledger() {
        LimitSettings settings = LimitSettings.defaults();
        Payers payers = new Payers(settings.address(), address -> false, ticker);
        return new Ledger(settings, 1L << 30, payers, LimitsObserver.NONE, ticker, LogLimit.none());
    }
}
