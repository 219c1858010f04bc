package io.highwater.endpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which encoder and which decoder takes a message where several could, and of which types. */
class CodecsTest {
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
        FrameClient client = FrameClient.open(Protocol.HTTP1, server, path);
        assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
        return client;
    }

    // Generic types.

    public static class Pairs implements Decoder.Text<Map<String, String>> {
        @Override
        public Map<String, String> decode(String text) {
            Map<String, String> pairs = new TreeMap<>();
            for (String pair : text.split(",")) {
                pairs.put(pair.split("=")[0], pair.split("=")[1]);
            }
            return pairs;
        }

        @Override
        public boolean willDecode(String text) {
            return text.contains("=");
        }
    }

    /** For the same class but for its arguments, and listed first. */
    public static class Counts implements Decoder.Text<Map<String, Integer>> {
        @Override
        public Map<String, Integer> decode(String text) {
            return Map.of(text, text.length());
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    /** Says its type two classes above. */
    public abstract static class Joined<K, T extends Collection<K>> implements Encoder.Text<T> {
        @Override
        public String encode(T list) {
            return getClass().getSimpleName()
                    + " "
                    + String.join("+", list.stream().map(String::valueOf).toList());
        }
    }

    public static class Strings extends Joined<String, List<String>> {}

    @Dependent
    @ServerEndpoint(
            value = "/codecs/generic",
            decoders = {Counts.class, Pairs.class},
            encoders = Strings.class)
    public static class Generic {
        @OnMessage
        public List<String> onText(Map<String, String> pairs, Session session) {
            List<String> values = new ArrayList<>();
            pairs.forEach((name, value) -> values.add(name + "-" + value));
            return values;
        }
    }

    @Test
    void genericTypesHaveCodecs() {
        try (FrameClient client = open("/codecs/generic")) {
            assertThat(client.text("b=2,a=1").nextText()).isEqualTo("Strings a-1+b-2");
        }
    }

    @Dependent
    @ServerEndpoint(
            value = "/codecs/handler",
            decoders = {Pairs.class, Counts.class})
    public static class Handler {
        @OnOpen
        public void onOpen(Session session) {
            session.addMessageHandler(
                    new MessageHandler.Whole<Map<String, Integer>>() {
                        @Override
                        public void onMessage(Map<String, Integer> counts) {
                            session.getAsyncRemote().sendText(counts.toString());
                        }
                    });
        }
    }

    @Test
    void aHandlerOfAGenericTypeGetsItsOwn() {
        try (FrameClient client = open("/codecs/handler")) {
            assertThat(client.text("a=1").nextText()).isEqualTo("{a=1=3}");
        }
    }

    public abstract static class Base<T> {
        @OnMessage
        public String onText(T message) {
            return message.getClass().getSimpleName() + " " + message;
        }
    }

    @Dependent
    @ServerEndpoint(value = "/codecs/inherited", decoders = Pairs.class)
    public static class Inherited extends Base<Map<String, String>> {}

    @Test
    void anInheritedMethodHasTheTypeThatItsSubclassSays() {
        try (FrameClient client = open("/codecs/inherited")) {
            assertThat(client.text("a=1").nextText()).isEqualTo("TreeMap {a=1}");
        }
    }

    // Subtypes.

    public static class Animal {}

    public static class Dog extends Animal {}

    public static class AnimalText implements Encoder.Text<Animal> {
        @Override
        public String encode(Animal animal) {
            return "animal";
        }
    }

    public static class DogText implements Encoder.Text<Dog> {
        @Override
        public String encode(Dog dog) {
            return "dog";
        }
    }

    public static class DogAgain extends DogText {
        @Override
        public String encode(Dog dog) {
            return "again";
        }
    }

    /** What both orders do. */
    public static class Zoo {
        @OnMessage
        public Animal onText(String text) {
            return text.equals("dog") ? new Dog() : new Animal();
        }
    }

    @Dependent
    @ServerEndpoint(
            value = "/codecs/dog-first",
            encoders = {DogText.class, DogAgain.class, AnimalText.class})
    public static class DogFirst extends Zoo {}

    @Dependent
    @ServerEndpoint(
            value = "/codecs/animal-first",
            encoders = {AnimalText.class, DogText.class})
    public static class AnimalFirst extends Zoo {}

    @ParameterizedTest
    @CsvSource({
        "dog-first, dog, dog", "dog-first, animal, animal",
        "animal-first, dog, animal", "animal-first, animal, animal"
    })
    void theFirstListedEncoderThatFitsWins(String path, String sent, String encoded) {
        try (FrameClient client = open("/codecs/" + path)) {
            assertThat(client.text(sent).nextText()).isEqualTo(encoded);
        }
    }

    // Java's own types.

    public static class ToCelsius implements Encoder.Text<Integer> {
        @Override
        public String encode(Integer degrees) {
            return degrees + " C";
        }
    }

    public static class OfCelsius implements Decoder.Text<Integer> {
        @Override
        public Integer decode(String text) {
            return Integer.valueOf(text.replace(" C", ""));
        }

        @Override
        public boolean willDecode(String text) {
            return text.endsWith(" C");
        }
    }

    @Dependent
    @ServerEndpoint(value = "/codecs/int", encoders = ToCelsius.class, decoders = OfCelsius.class)
    public static class Warmer {
        @OnMessage
        public int onText(int degrees) {
            return degrees + 1;
        }
    }

    @Test
    void ownCodecsComeBeforeThoseOfJavaForPrimitivesToo() {
        try (FrameClient client = open("/codecs/int")) {
            assertThat(client.text("20 C").nextText()).isEqualTo("21 C");
            assertThat(client.text("20").nextText()).isEqualTo("21 C");
        }
    }

    // One class, several roles.

    public record Note(String text) {}

    public record Blob(byte size) {}

    public static class Out implements Encoder.Text<Note>, Encoder.BinaryStream<Blob> {
        @Override
        public String encode(Note note) {
            return "note " + note.text();
        }

        @Override
        public void encode(Blob blob, OutputStream out) throws IOException {
            out.write(new byte[blob.size()]);
        }
    }

    public static class In implements Decoder.Text<Note>, Decoder.Binary<Note> {
        @Override
        public Note decode(String text) {
            return new Note("of text " + text);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }

        @Override
        public Note decode(ByteBuffer bytes) {
            return new Note("of bytes " + bytes.remaining());
        }

        @Override
        public boolean willDecode(ByteBuffer bytes) {
            return true;
        }
    }

    @Dependent
    @ServerEndpoint(value = "/codecs/both", encoders = Out.class, decoders = In.class)
    public static class TextAndBinary {
        @OnMessage
        public Object onNote(Note note) {
            return note.text().endsWith("blob") ? new Blob((byte) 3) : note;
        }
    }

    @Test
    void aClassMayEncodeAndDecodeBothKinds() {
        try (FrameClient client = open("/codecs/both")) {
            assertThat(client.text("a").nextText()).isEqualTo("note of text a");
            assertThat(client.binary(new byte[7]).nextText()).isEqualTo("note of bytes 7");
            assertThat(client.text("blob").nextBinary()).hasSize(3);
        }
    }

    // What a method's size does not bound.

    @Dependent
    @ServerEndpoint("/codecs/sizes")
    public static class Sizes {
        @OnMessage(maxMessageSize = 10)
        public String onStream(InputStream in) throws IOException {
            return "read " + in.readAllBytes().length;
        }

        @OnMessage(maxMessageSize = 10)
        public void onPart(String part, boolean last, Session session) throws IOException {
            session.getBasicRemote().sendText("part " + part.length());
        }
    }

    @Test
    void theSizeOfAMethodBoundsWholeMessagesOnly() {
        try (FrameClient client = open("/codecs/sizes")) {
            assertThat(client.binary(new byte[100]).nextText()).isEqualTo("read 100");
            assertThat(client.text("x".repeat(100)).nextText()).isEqualTo("part 100");
        }
    }

    // An object that nothing encodes.

    @Dependent
    @ServerEndpoint("/codecs/none")
    public static class None {
        @OnMessage
        public Object onText(String text) {
            return new Animal();
        }

        @OnError
        public void onError(Throwable cause, Session session) throws IOException {
            session.getBasicRemote().sendText(String.valueOf(cause instanceof EncodeException));
        }
    }

    @Test
    void whatNothingEncodesIsAnEncodeException() {
        try (FrameClient client = open("/codecs/none")) {
            assertThat(client.text("a").nextText()).isEqualTo("true");
        }
    }
}
