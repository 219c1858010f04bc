package io.highwater.endpoint.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every form in which an annotated method takes and gives messages, over both protocols. */
class MessagesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static FrameClient open(Protocol protocol, String path) {
        FrameClient client = FrameClient.open(protocol, server, path);
        assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
        return client;
    }

    /** Sends three fragments with a Ping between them. */
    private static void fragments(FrameClient client, int opcode, String... parts) {
        for (int i = 0; i < parts.length; i++) {
            int code = i == 0 ? opcode : FrameClient.CONTINUATION;
            client.frame(code, i == parts.length - 1, parts[i].getBytes(UTF_8));
            if (i == 0) {
                client.ping("between");
            }
        }
    }

    // Whole messages.

    @Dependent
    @ServerEndpoint("/messages/whole")
    public static class Whole {
        @OnMessage
        public String onText(String text) {
            return "text " + text;
        }

        @OnMessage
        public byte[] onBinary(byte[] bytes) {
            byte[] answer = bytes.clone();
            Arrays.sort(answer);
            return answer;
        }
    }

    @Dependent
    @ServerEndpoint("/messages/buffer")
    public static class Buffer {
        @OnMessage
        public ByteBuffer onBinary(Session session, ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining() + 1).put((byte) 7).put(bytes).flip();
        }
    }

    @ParameterizedTest
    @EnumSource
    void wholeMessagesInOneFrameAndInFragments(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/whole")) {
            client.text("");
            assertThat(client.nextText()).isEqualTo("text ");
            fragments(client, FrameClient.TEXT, "a€".substring(0, 1), "", "€b");
            assertThat(client.nextText()).isEqualTo("text a€b");
            fragments(client, FrameClient.BINARY, "cb", "a", "");
            assertThat(client.nextBinary()).isEqualTo("abc".getBytes(UTF_8));
            client.binary(new byte[0]);
            assertThat(client.nextBinary()).isEmpty();
        }
        try (FrameClient client = open(protocol, "/messages/buffer")) {
            client.binary(new byte[] {1, 2});
            assertThat(client.nextBinary()).isEqualTo(new byte[] {7, 1, 2});
            fragments(client, FrameClient.BINARY, "xy", "z");
            assertThat(client.nextBinary()).isEqualTo("\7xyz".getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCharacterMayBeSplitBetweenFragments(Protocol protocol) {
        byte[] euro = "€".getBytes(UTF_8);
        try (FrameClient client = open(protocol, "/messages/whole")) {
            client.frame(FrameClient.TEXT, false, Arrays.copyOf(euro, 2));
            client.frame(FrameClient.CONTINUATION, true, Arrays.copyOfRange(euro, 2, 3));
            assertThat(client.nextText()).isEqualTo("text €");
        }
    }

    // Parts.

    @Dependent
    @ServerEndpoint("/messages/parts")
    public static class Parts {
        @OnMessage
        public void onText(String part, boolean last, Session session) {
            session.getAsyncRemote().sendText(part + " " + last);
        }

        @OnMessage
        public void onBinary(Session session, byte[] part, boolean last) {
            session.getAsyncRemote().sendText(new String(part, UTF_8) + " " + last);
        }
    }

    @Dependent
    @ServerEndpoint("/messages/parts-buffer")
    public static class PartsBuffer {
        @OnMessage
        public void onBinary(ByteBuffer part, boolean last, Session session) {
            session.getAsyncRemote().sendText(UTF_8.decode(part) + " " + last);
        }
    }

    @ParameterizedTest
    @EnumSource
    void partsAreFramesAsTheyCame(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/parts")) {
            for (int opcode : new int[] {FrameClient.TEXT, FrameClient.BINARY}) {
                fragments(client, opcode, "one", "two", "three");
                assertThat(client.nextText()).isEqualTo("one false");
                assertThat(client.nextText()).isEqualTo("two false");
                assertThat(client.nextText()).isEqualTo("three true");
            }
        }
        try (FrameClient client = open(protocol, "/messages/parts-buffer")) {
            fragments(client, FrameClient.BINARY, "one", "two");
            assertThat(client.nextText()).isEqualTo("one false");
            assertThat(client.nextText()).isEqualTo("two true");
        }
    }

    // Streams.

    @Dependent
    @ServerEndpoint("/messages/streams")
    public static class Streaming {
        @OnMessage
        public String onText(Reader reader) throws IOException {
            StringBuilder all = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                all.append((char) c);
            }
            return "read " + all;
        }

        @OnMessage
        public byte[] onBinary(InputStream in) throws IOException {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamsOneAfterTheOther(Protocol protocol) {
        byte[] large = new byte[60_000];
        Arrays.fill(large, (byte) 3);
        try (FrameClient client = open(protocol, "/messages/streams")) {
            for (int i = 0; i < 3; i++) {
                fragments(client, FrameClient.TEXT, "a", "", "€b" + i);
                assertThat(client.nextText()).isEqualTo("read a€b" + i);
                client.text("");
                assertThat(client.nextText()).isEqualTo("read ");
                client.binary(large);
                assertThat(client.nextBinary()).isEqualTo(large);
                fragments(client, FrameClient.BINARY, "x", "y");
                assertThat(client.nextBinary()).isEqualTo("xy".getBytes(UTF_8));
            }
        }
    }

    @Dependent
    @ServerEndpoint("/messages/skips")
    public static class Skips {
        @OnMessage
        public String onText(Reader reader) throws IOException {
            return "first " + (char) reader.read();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAMethodLeavesInItsStreamIsDropped(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/skips")) {
            fragments(client, FrameClient.TEXT, "abc", "def", "ghi");
            assertThat(client.nextText()).isEqualTo("first a");
            client.text("xyz");
            assertThat(client.nextText()).isEqualTo("first x");
        }
    }

    // Primitives.

    @Dependent
    @ServerEndpoint("/messages/long")
    public static class Primitive {
        @OnMessage
        public long onNumber(long number) {
            return number + 1;
        }
    }

    @Dependent
    @ServerEndpoint("/messages/boolean")
    public static class Boxed {
        @OnMessage
        public Boolean onFlag(Boolean flag) {
            return !flag;
        }
    }

    @ParameterizedTest
    @EnumSource
    void primitivesAsTexts(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/long")) {
            assertThat(client.text("41").nextText()).isEqualTo("42");
        }
        try (FrameClient client = open(protocol, "/messages/boolean")) {
            assertThat(client.text("true").nextText()).isEqualTo("false");
        }
        try (FrameClient client = open(protocol, "/messages/long")) {
            assertThat(client.text("forty").nextClose().closeCode()).isEqualTo(1003);
        }
    }

    // Pongs.

    @Dependent
    @ServerEndpoint("/messages/pong")
    public static class Pongs {
        @OnOpen
        public void onOpen(Session session) throws IOException {
            session.getBasicRemote().sendPing(ByteBuffer.wrap("ours".getBytes(UTF_8)));
        }

        @OnMessage
        public void onPong(PongMessage pong, Session session) throws IOException {
            String text = UTF_8.decode(pong.getApplicationData()).toString();
            session.getBasicRemote().sendText("pong " + text);
        }

        @OnMessage
        public void onText(String text, Session session) throws IOException {
            session.getAsyncRemote().sendPong(ByteBuffer.wrap(text.getBytes(UTF_8)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pingsAndPongsOfTheEndpoint(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/pong")) {
            FrameClient.Frame ping = client.next();
            assertThat(ping.opcode()).isEqualTo(FrameClient.PING);
            client.pong(ping.text());
            assertThat(client.nextText()).isEqualTo("pong ours");
            client.pong("").pong("unasked");
            assertThat(client.nextText()).isEqualTo("pong ");
            assertThat(client.nextText()).isEqualTo("pong unasked");
            client.text("back");
            FrameClient.Frame pong = client.next();
            assertThat(pong.opcode()).isEqualTo(FrameClient.PONG);
            assertThat(pong.text()).isEqualTo("back");
        }
    }

    // Encoders and decoders.

    /** An injected bean that all of them use. */
    @ApplicationScoped
    public static class Prefix {
        String of(String kind) {
            return kind + ":";
        }
    }

    public record Upper(String value) {}

    public record Lower(String value) {}

    public record Stored(String value) {}

    public record Streamed(String value) {}

    /** Counts the life of its instances. */
    public abstract static class Counted {
        static final AtomicInteger LIVING = new AtomicInteger();

        @Inject Prefix prefix;

        public void init(EndpointConfig config) {
            assertThat(config.getUserProperties()).isNotNull();
            LIVING.incrementAndGet();
        }

        public void destroy() {
            LIVING.decrementAndGet();
        }
    }

    public static class UpperText extends Counted
            implements Decoder.Text<Upper>, Encoder.Text<Upper> {
        @Override
        public Upper decode(String text) throws DecodeException {
            if (text.endsWith("!")) {
                throw new DecodeException(text, "too loud");
            }
            return new Upper(text);
        }

        @Override
        public boolean willDecode(String text) {
            return text.equals(text.toUpperCase(java.util.Locale.ROOT));
        }

        @Override
        public String encode(Upper upper) {
            return prefix.of("upper") + upper.value();
        }
    }

    /** The other one for Upper: takes what UpperText does not want. */
    public static class AnyText extends Counted implements Decoder.Text<Upper> {
        @Override
        public Upper decode(String text) {
            return new Upper(prefix.of("any") + text);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    public static class StoredBinary extends Counted
            implements Decoder.Binary<Stored>, Encoder.Binary<Stored> {
        @Override
        public Stored decode(ByteBuffer bytes) {
            return new Stored(UTF_8.decode(bytes).toString());
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            return bytes.get(bytes.position()) != '#';
        }

        @Override
        public ByteBuffer encode(Stored stored) {
            return UTF_8.encode(prefix.of("stored") + stored.value());
        }
    }

    public static class LowerStream extends Counted
            implements Decoder.TextStream<Lower>, Encoder.TextStream<Lower> {
        @Override
        public Lower decode(Reader reader) throws IOException {
            StringBuilder all = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                all.append((char) c);
            }
            return new Lower(all.toString());
        }

        @Override
        public void encode(Lower lower, Writer writer) throws IOException {
            writer.write(prefix.of("lower"));
            writer.write(lower.value());
        }
    }

    public static class StreamedStream extends Counted
            implements Decoder.BinaryStream<Streamed>, Encoder.BinaryStream<Streamed> {
        @Override
        public Streamed decode(InputStream in) throws IOException {
            return new Streamed(new String(in.readAllBytes(), UTF_8));
        }

        @Override
        public void encode(Streamed streamed, OutputStream out) throws IOException {
            out.write(prefix.of("streamed").getBytes(UTF_8));
            out.write(streamed.value().getBytes(UTF_8));
        }
    }

    @Dependent
    @ServerEndpoint(
            value = "/messages/coded",
            decoders = {UpperText.class, AnyText.class, StoredBinary.class},
            encoders = {
                UpperText.class,
                StoredBinary.class,
                LowerStream.class,
                StreamedStream.class
            })
    public static class Coded {
        @OnMessage
        public Upper onUpper(Upper upper) {
            return upper;
        }

        @OnMessage
        public void onStored(Stored stored, Session session) throws Exception {
            switch (stored.value()) {
                case "lower" -> session.getBasicRemote().sendObject(new Lower("l"));
                case "streamed" -> session.getAsyncRemote().sendObject(new Streamed("s")).get();
                case "number" -> session.getBasicRemote().sendObject(5);
                default -> session.getBasicRemote().sendObject(stored);
            }
        }
    }

    @Dependent
    @ServerEndpoint(
            value = "/messages/coded-streams",
            decoders = {LowerStream.class, StreamedStream.class},
            encoders = {LowerStream.class, StreamedStream.class})
    public static class CodedStreams {
        @OnMessage
        public Lower onLower(Lower lower) {
            return lower;
        }

        @OnMessage
        public Streamed onStreamed(Streamed streamed) {
            return streamed;
        }
    }

    @ParameterizedTest
    @EnumSource
    void objectsByDecodersAndEncodersOfAllKinds(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/coded")) {
            assertThat(client.text("ABC").nextText()).isEqualTo("upper:ABC");
            assertThat(client.text("abc").nextText()).isEqualTo("upper:any:abc");
            assertThat(client.binary("x".getBytes(UTF_8)).nextBinary())
                    .isEqualTo("stored:x".getBytes(UTF_8));
            assertThat(client.binary("lower".getBytes(UTF_8)).nextText()).isEqualTo("lower:l");
            assertThat(client.binary("streamed".getBytes(UTF_8)).nextBinary())
                    .isEqualTo("streamed:s".getBytes(UTF_8));
            assertThat(client.binary("number".getBytes(UTF_8)).nextText()).isEqualTo("5");
        }
        try (FrameClient client = open(protocol, "/messages/coded-streams")) {
            for (int i = 0; i < 2; i++) {
                fragments(client, FrameClient.TEXT, "a", "b");
                assertThat(client.nextText()).isEqualTo("lower:ab");
                fragments(client, FrameClient.BINARY, "a", "b");
                assertThat(client.nextBinary()).isEqualTo("streamed:ab".getBytes(UTF_8));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void codecsOfASessionAreItsOwnAndAreDestroyedAtItsEnd(Protocol protocol) {
        int before = Counted.LIVING.get();
        FrameClient one = open(protocol, "/messages/coded");
        FrameClient two = open(protocol, "/messages/coded");
        assertThat(one.text("A").nextText()).isEqualTo("upper:A");
        assertThat(two.text("A").nextText()).isEqualTo("upper:A");
        // Each: the decoder and the encoder that were used; once.
        assertThat(one.text("B").nextText()).isEqualTo("upper:B");
        assertThat(Counted.LIVING.get() - before).isEqualTo(4);
        assertThat(one.text("b").nextText()).isEqualTo("upper:any:b");
        assertThat(Counted.LIVING.get() - before).isEqualTo(5);
        one.sendClose(1000, "").nextClose();
        two.vanish();
        org.awaitility.Awaitility.await().until(() -> Counted.LIVING.get() <= before);
        assertThat(Counted.LIVING.get()).isEqualTo(before);
        one.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatCanNotBeDecodedEndsTheSessionWith1003(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/coded")) {
            assertThat(client.text("LOUD!").nextClose().closeCode()).isEqualTo(1003);
        }
    }

    // Handlers that an endpoint adds itself.

    @Dependent
    @ServerEndpoint("/messages/handlers/{kind}")
    public static class Handlers {
        @OnOpen
        public void onOpen(Session session, @PathParam("kind") String kind) {
            switch (kind) {
                case "whole" -> {
                    session.addMessageHandler(
                            String.class, text -> session.getAsyncRemote().sendText("w " + text));
                    session.addMessageHandler(
                            PongMessage.class,
                            pong ->
                                    session.getAsyncRemote()
                                            .sendText(
                                                    "p "
                                                            + UTF_8.decode(
                                                                    pong.getApplicationData())));
                    session.addMessageHandler(
                            byte[].class,
                            bytes -> session.getAsyncRemote().sendText("b " + bytes.length));
                }
                case "parts" ->
                        session.addMessageHandler(
                                String.class,
                                (MessageHandler.Partial<String>)
                                        (part, last) ->
                                                session.getAsyncRemote()
                                                        .sendText(part + " " + last));
                default ->
                        session.addMessageHandler(
                                Reader.class,
                                reader -> {
                                    try {
                                        StringBuilder all = new StringBuilder();
                                        for (int c = reader.read(); c >= 0; c = reader.read()) {
                                            all.append((char) c);
                                        }
                                        session.getBasicRemote().sendText("r " + all);
                                    } catch (IOException e) {
                                        throw new java.io.UncheckedIOException(e);
                                    }
                                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlersAddedOnOpen(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/handlers/whole")) {
            fragments(client, FrameClient.TEXT, "a", "b");
            assertThat(client.nextText()).isEqualTo("w ab");
            assertThat(client.pong("x").nextText()).isEqualTo("p x");
            fragments(client, FrameClient.BINARY, "a", "b");
            assertThat(client.nextText()).isEqualTo("b 2");
        }
        try (FrameClient client = open(protocol, "/messages/handlers/parts")) {
            fragments(client, FrameClient.TEXT, "a", "b");
            assertThat(client.nextText()).isEqualTo("a false");
            assertThat(client.nextText()).isEqualTo("b true");
        }
        try (FrameClient client = open(protocol, "/messages/handlers/reader")) {
            for (int i = 0; i < 2; i++) {
                fragments(client, FrameClient.TEXT, "a", "b");
                assertThat(client.nextText()).isEqualTo("r ab");
            }
        }
    }

    // Sending in pieces.

    @Dependent
    @ServerEndpoint("/messages/pieces")
    public static class Pieces {
        @OnMessage
        public void onText(String text, Session session) throws IOException {
            switch (text) {
                case "text" -> {
                    session.getBasicRemote().sendText("a", false);
                    session.getBasicRemote().sendText("", false);
                    session.getBasicRemote().sendText("b", true);
                }
                case "binary" -> {
                    session.getBasicRemote().sendBinary(ByteBuffer.wrap(new byte[] {1}), false);
                    session.getBasicRemote().sendBinary(ByteBuffer.wrap(new byte[] {2}), true);
                }
                case "stream" -> {
                    try (OutputStream out = session.getBasicRemote().getSendStream()) {
                        for (int i = 0; i < 1000; i++) {
                            out.write(new byte[300]);
                        }
                    }
                }
                default -> {
                    try (Writer out = session.getBasicRemote().getSendWriter()) {
                        for (int i = 0; i < 1000; i++) {
                            out.write("€".repeat(100));
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void messagesSentInPieces(Protocol protocol) {
        try (FrameClient client = open(protocol, "/messages/pieces")) {
            assertThat(client.text("text").nextText()).isEqualTo("ab");
            assertThat(client.text("binary").nextBinary()).isEqualTo(new byte[] {1, 2});
            assertThat(client.text("stream").nextBinary()).isEqualTo(new byte[300_000]);
            assertThat(client.text("writer").nextText()).isEqualTo("€".repeat(100_000));
        }
    }
}
