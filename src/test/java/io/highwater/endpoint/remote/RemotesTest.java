package io.highwater.endpoint.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.endpoint.HighWaterAsync;
import io.highwater.endpoint.Outbound;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SlowConsumerException;
import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A session's remotes where things go wrong, used from outside its methods. */
class RemotesTest {
    private static final BlockingQueue<Session> OPENED = new LinkedBlockingQueue<>();
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static FrameClient open(String path) {
        OPENED.clear();
        FrameClient client = FrameClient.open(Protocol.HTTP1, server, path);
        assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
        return client;
    }

    private static Session opened() throws InterruptedException {
        Session session = OPENED.poll(10, TimeUnit.SECONDS);
        assertThat(session).as("the session").isNotNull();
        return session;
    }

    public record Word(String value) {}

    /** Writes most of a word before it fails at one that is too long; of none it writes nothing. */
    public static class WordStream implements Encoder.TextStream<Word> {
        @Override
        public void encode(Word word, Writer writer) throws EncodeException, IOException {
            // As generators of JSON and XML do: closed, whether it fails or not.
            try (writer) {
                int length = word.value().length();
                if (length == 0) {
                    return;
                }
                writer.write(word.value().substring(0, length - 1));
                writer.flush();
                if (length > 5) {
                    throw new EncodeException(word, "too long");
                }
                writer.write(word.value().substring(length - 1));
            }
        }
    }

    public record Blob(int bytes, boolean fails) {}

    public static class BlobStream implements Encoder.BinaryStream<Blob> {
        @Override
        public void encode(Blob blob, OutputStream out) throws EncodeException, IOException {
            try (out) {
                out.write(new byte[blob.bytes() - 1]);
                out.flush();
                if (blob.fails()) {
                    throw new EncodeException(blob, "meant to fail");
                }
                out.write(1);
            }
        }
    }

    public record Number(int value) {}

    public static class NumberText implements Encoder.Text<Number> {
        static final AtomicInteger LIVING = new AtomicInteger();

        @Override
        public void init(EndpointConfig config) {
            LIVING.incrementAndGet();
        }

        @Override
        public String encode(Number number) {
            return "number " + number.value();
        }

        @Override
        public void destroy() {
            LIVING.decrementAndGet();
        }
    }

    @Dependent
    @ServerEndpoint(
            value = "/remotes/objects",
            encoders = {WordStream.class, BlobStream.class, NumberText.class})
    public static class Objects {
        @OnOpen
        public void onOpen(Session session) {
            OPENED.add(session);
        }
    }

    @Test
    void anObjectForASessionThatIsOverIsAnIOException() throws Exception {
        for (boolean usedBefore : new boolean[] {false, true}) {
            Session session;
            RemoteEndpoint.Basic basic;
            RemoteEndpoint.Async async;
            try (FrameClient client = open("/remotes/objects")) {
                session = opened();
                basic = session.getBasicRemote();
                async = session.getAsyncRemote();
                if (usedBefore) {
                    basic.sendObject(new Number(1));
                    assertThat(client.nextText()).isEqualTo("number 1");
                }
                client.sendClose(1000, "").nextClose();
            }
            await().until(() -> NumberText.LIVING.get() == 0 && !session.isOpen());

            assertThatThrownBy(() -> basic.sendObject(new Number(2)))
                    .isInstanceOf(IOException.class);
            Future<Void> sent = async.sendObject(new Number(3));
            assertThatThrownBy(sent::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IOException.class);
            assertThat(NumberText.LIVING.get()).isZero();
        }
    }

    @Test
    void anEncoderThatFailsHalfwayIsToldOfOnce() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
            session.getAsyncRemote().sendObject(new Word("six letters"), results::add);
            assertThat(results).singleElement().matches(result -> !result.isOK());
            Future<Void> sent = session.getAsyncRemote().sendObject(new Word("seven letters"));
            assertThatThrownBy(sent::get).hasCauseInstanceOf(EncodeException.class);
            session.getAsyncRemote().sendObject(new Word("four"), results::add);
            assertThat(results).hasSize(2).last().matches(SendResult::isOK);
            assertThat(client.nextText()).isEqualTo("four");
        }
    }

    @Test
    void whatNoEncoderTakesIsAnEncodeException() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            assertThatThrownBy(() -> session.getBasicRemote().sendObject(new Object()))
                    .isInstanceOf(EncodeException.class)
                    .hasMessage("no encoder takes java.lang.Object");
            session.getBasicRemote().sendText("still there");
            assertThat(client.nextText()).isEqualTo("still there");
        }
    }

    @Test
    void theContainersTimeoutIsTheDefaultOfAsynchronousSends() throws Exception {
        try (FrameClient first = open("/remotes/objects")) {
            Session session = opened();
            session.getContainer().setAsyncSendTimeout(4711);
            try (FrameClient second = open("/remotes/objects")) {
                assertThat(opened().getAsyncRemote().getSendTimeout()).isEqualTo(4711);
            } finally {
                session.getContainer().setAsyncSendTimeout(-1);
            }
        }
    }

    @Test
    void aPingCarriesAControlFramesBytes() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            assertThatThrownBy(() -> session.getBasicRemote().sendPing(ByteBuffer.allocate(126)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("126 bytes: a ping or pong carries 125 at most");
            session.getBasicRemote().sendPing(ByteBuffer.allocate(125));
            assertThat(client.next().payload()).hasSize(125);
        }
    }

    @Test
    void betweenThePartsOfAMessageNoOtherBegins() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            session.getBasicRemote().sendText("a", false);
            assertThatThrownBy(() -> session.getBasicRemote().sendText("whole"))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(
                            () -> session.getBasicRemote().sendBinary(ByteBuffer.allocate(1), true))
                    .isInstanceOf(IllegalStateException.class);
            session.getBasicRemote().sendText("b", true);
            session.getBasicRemote().sendText("whole");
            assertThat(client.nextText()).isEqualTo("ab");
            assertThat(client.nextText()).isEqualTo("whole");
        }
    }

    @Dependent
    @ServerEndpoint("/remotes/slow")
    @Outbound(policy = OverflowPolicy.PAUSE, highMessages = 2)
    public static class Slow {
        @OnOpen
        public void onOpen(Session session) {
            OPENED.add(session);
        }
    }

    @Test
    void aFirstPartThatWasRefusedBeganNothing() throws Exception {
        try (FrameClient client = open("/remotes/slow")) {
            Session session = opened();
            HighWaterAsync remote = HighWaterAsync.of(session);
            ByteBuffer much = ByteBuffer.allocate(60_000);
            int accepted = 0;
            while (remote.offerBinary(much.duplicate()) != OfferResult.DROPPED) {
                accepted++;
            }
            assertThatThrownBy(() -> session.getBasicRemote().sendText("part", false))
                    .isInstanceOf(SlowConsumerException.class);
            for (int i = 0; i < accepted; i++) {
                client.nextBinary();
            }
            await().until(() -> remote.queuedMessages() == 0);
            session.getBasicRemote().sendText("whole");
            assertThat(client.nextText()).isEqualTo("whole");
        }
    }

    /** Can't be brought into service. */
    public static class Broken implements Decoder.TextStream<Word> {
        @Override
        public void init(EndpointConfig config) {
            throw new IllegalStateException("no dictionary");
        }

        @Override
        public Word decode(Reader reader) throws DecodeException {
            throw new AssertionError("never initialized");
        }
    }

    @Dependent
    @ServerEndpoint(value = "/remotes/broken", decoders = Broken.class)
    public static class BrokenDecoder {
        @OnMessage
        public void onWord(Word word) {}

        @OnMessage
        public byte[] onBinary(byte[] bytes) {
            return bytes;
        }

        @OnError
        public void onError(Throwable cause, Session session) {
            session.getAsyncRemote().sendText(cause.getMessage());
        }
    }

    @Test
    void aDecoderThatCantBeMadeIsToldToTheErrorMethodOnceAMessage() {
        try (FrameClient client = open("/remotes/broken")) {
            client.frame(FrameClient.TEXT, false, new byte[] {'a'});
            client.frame(FrameClient.CONTINUATION, true, new byte[] {'b'});
            assertThat(client.nextText()).isEqualTo("no dictionary");
            assertThat(client.binary(new byte[] {1}).nextBinary()).isEqualTo(new byte[] {1});
        }
    }

    @Dependent
    @ServerEndpoint("/remotes/pong/{number}")
    public static class Pongs {
        @OnMessage
        public void onPong(PongMessage pong, @PathParam("number") int number) {}
    }

    @Test
    void aPathParameterOfAPongMethodIsReadAtTheOpening() {
        try (FrameClient client = open("/remotes/pong/seven")) {
            assertThat(client.nextClose().closeCode()).isEqualTo(1008);
        }
    }

    // Pings of the application beside those of keepalive.

    @Dependent
    @ServerEndpoint("/remotes/pings")
    public static class Pinging {
        static final BlockingQueue<String> PONGS = new LinkedBlockingQueue<>();

        @OnOpen
        public void onOpen(Session session) {
            OPENED.add(session);
        }

        @OnMessage
        public void onPong(PongMessage pong) {
            PONGS.add(StandardCharsets.UTF_8.decode(pong.getApplicationData()).toString());
        }
    }

    @Test
    void whoAnswersEveryPingLivesHoweverManyTheApplicationSends() throws Exception {
        Map<String, String> keepalive =
                Map.of(
                        "highwater.keepalive.ping-interval", "200ms",
                        "highwater.keepalive.pong-timeout", "3s",
                        "highwater.keepalive.idle-timeout", "30s");
        OPENED.clear();
        Pinging.PONGS.clear();
        try (TestServer impatient = TestServer.start(keepalive);
                FrameClient client =
                        FrameClient.open(Protocol.HTTP1, impatient, "/remotes/pings")) {
            Session session = opened();
            session.getAsyncRemote().sendBinary(ByteBuffer.allocate(4 << 20));
            // Not read: keepalive's Pings wait for the transport, and those of the application do.
            AtomicInteger sent = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(20))
                    .until(
                            () -> {
                                byte[] payload = ("p" + sent.incrementAndGet()).getBytes();
                                session.getBasicRemote().sendPing(ByteBuffer.wrap(payload));
                                return sent.get() == 50;
                            });
            int ours = 0;
            boolean theirs = false;
            while (ours < 20) {
                FrameClient.Frame frame = client.nextWithPings();
                assertThat(frame.opcode()).isNotEqualTo(FrameClient.CLOSE);
                if (frame.opcode() == FrameClient.PING) {
                    client.frame(FrameClient.PONG, true, frame.payload());
                    ours += frame.payload().length == 8 ? 1 : 0;
                    theirs |= frame.text().equals("p" + sent.get());
                }
            }
            assertThat(theirs).as("the application's last Ping").isTrue();
            assertThat(Pinging.PONGS.poll(10, TimeUnit.SECONDS)).startsWith("p");
            assertThat(session.isOpen()).isTrue();
        }
    }

    // Messages in parts, and what others send meanwhile.

    @Test
    void whatOthersSendWaitsForTheEndOfAMessageInParts() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            session.getBasicRemote().sendText("a", false);
            Future<Void> x = session.getAsyncRemote().sendText("X");
            HighWaterAsync.broadcastText(List.of(session), "Y");
            Future<?> number = session.getAsyncRemote().sendObject(new Number(7));
            Future<?> word = session.getAsyncRemote().sendObject(new Word("word"));
            CompletableFuture<Void> whole =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    session.getBasicRemote().sendText("Z");
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            await().until(() -> HighWaterAsync.of(session).queuedMessages() == 5);
            assertThat(x.isDone() || whole.isDone()).isFalse();
            session.getBasicRemote().sendText("b", true);
            assertThat(client.nextText()).isEqualTo("ab");
            assertThat(client.nextText()).isEqualTo("X");
            assertThat(client.nextText()).isEqualTo("Y");
            assertThat(client.nextText()).isEqualTo("number 7");
            assertThat(client.nextText()).isEqualTo("word");
            assertThat(client.nextText()).isEqualTo("Z");
            for (Future<?> sent : List.of(x, number, word, whole)) {
                sent.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aWriterOrStreamIsAMessageInPartsFromItsFirstPart() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            Writer writer = session.getBasicRemote().getSendWriter();
            writer.write("a");
            session.getBasicRemote().sendText("before");
            writer.flush();
            session.getAsyncRemote().sendText("X");
            assertThatThrownBy(() -> session.getBasicRemote().sendText("Y"))
                    .isInstanceOf(IllegalStateException.class);
            writer.write("b");
            writer.close();
            assertThatThrownBy(() -> writer.write("c")).isInstanceOf(IOException.class);
            assertThat(client.nextText()).isEqualTo("before");
            assertThat(client.nextText()).isEqualTo("ab");
            assertThat(client.nextText()).isEqualTo("X");

            OutputStream stream = session.getBasicRemote().getSendStream();
            byte[] much = new byte[2 * BinaryStream.PART_BYTES + 1];
            new Random(1).nextBytes(much);
            stream.write(much);
            session.getAsyncRemote().sendText("X");
            stream.close();
            assertThat(client.nextBinary()).isEqualTo(much);
            assertThat(client.nextText()).isEqualTo("X");
            session.getBasicRemote().sendText("Y");
            assertThat(client.nextText()).isEqualTo("Y");
        }
    }

    @Test
    void aWriterSplitsNoCharacter() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            String text = "x" + "\uD83D\uDE00".repeat(TextWriter.PART_CHARS);
            try (Writer writer = session.getBasicRemote().getSendWriter()) {
                writer.write(text);
            }
            assertThat(client.nextText()).isEqualTo(text);
            try (Writer writer = session.getBasicRemote().getSendWriter()) {
                writer.write('\uD83D');
                writer.flush();
                writer.write('\uDE00');
            }
            assertThat(client.nextText()).isEqualTo("\uD83D\uDE00");
        }
    }

    @Test
    void whatWasClosedUnwrittenIsNoMessage() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            session.getBasicRemote().getSendWriter().close();
            session.getBasicRemote().getSendStream().close();
            try (Writer writer = session.getBasicRemote().getSendWriter()) {
                writer.flush();
            }
            session.getBasicRemote().sendObject(new Word(""));
            session.getAsyncRemote().sendObject(new Word("")).get(10, TimeUnit.SECONDS);
            session.getBasicRemote().sendText("next");
            assertThat(client.next().text()).isEqualTo("next");
        }
    }

    @Test
    void anEncoderThatFailsHasSentNothing() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            for (Object object : List.of(new Word("x".repeat(6_006)), new Blob(60_000, true))) {
                assertThatThrownBy(() -> session.getBasicRemote().sendObject(object))
                        .isInstanceOf(EncodeException.class);
            }
            session.getBasicRemote().sendObject(new Blob(2, false));
            assertThat(client.next().payload()).hasSize(2);
        }
    }

    @Test
    void anEncoderThatFailsWhenAPartIsOutEndsTheSession() throws Exception {
        for (Object object : List.of(new Word("x".repeat(200_000)), new Blob(200_000, true))) {
            try (FrameClient client = open("/remotes/objects")) {
                Session session = opened();
                assertThatThrownBy(() -> session.getBasicRemote().sendObject(object))
                        .isInstanceOf(EncodeException.class);
                FrameClient.Frame part = client.next();
                assertThat(part.fin()).isFalse();
                FrameClient.Frame close = client.nextClose();
                assertThat(close.closeCode()).isEqualTo(1011);
                assertThat(close.closeReason()).isEqualTo("a message ended halfway");
            }
        }
    }

    private static void send(Session session) {
        try {
            session.getBasicRemote().sendObject(new Blob(1_000_000, false));
        } catch (IOException | EncodeException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void largeObjectsOfAStreamEncoderComeWhole() throws Exception {
        try (FrameClient client = open("/remotes/objects")) {
            Session session = opened();
            // Two at once: the second waits for the end of the first.
            CompletableFuture<?> first = CompletableFuture.runAsync(() -> send(session));
            CompletableFuture<?> second = CompletableFuture.runAsync(() -> send(session));
            assertThat(client.nextBinary()).hasSize(1_000_000);
            assertThat(client.nextBinary()).hasSize(1_000_000);
            first.get(10, TimeUnit.SECONDS);
            second.get(10, TimeUnit.SECONDS);
        }
    }
}
