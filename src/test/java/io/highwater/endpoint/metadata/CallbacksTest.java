package io.highwater.endpoint.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which methods of a class are called, and with what of the path (Jakarta WebSocket 4.3, 4.8). */
class CallbacksTest {
    private static final BlockingQueue<String> HEARD = new LinkedBlockingQueue<>();
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        HEARD.clear();
    }

    private static FrameClient open(Protocol protocol, String path) {
        FrameClient client = FrameClient.open(protocol, server, path);
        assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
        return client;
    }

    private static String heard() throws InterruptedException {
        return HEARD.poll(15, TimeUnit.SECONDS);
    }

    // Path parameters.

    @Dependent
    @ServerEndpoint("/callbacks/number/{number}/{name}")
    public static class Number {
        @OnOpen
        public void onOpen(Session session) {
            HEARD.add("open");
        }

        @OnMessage
        public void onText(String text, @PathParam("number") int number) {
            HEARD.add("text");
        }

        @OnError
        public void onError(Session session, Throwable cause, @PathParam("name") String name) {
            HEARD.add(
                    "error "
                            + name
                            + " "
                            + (cause instanceof DecodeException undecoded
                                    ? undecoded.getText()
                                    : cause)
                            + " "
                            + session.getPathParameters().get("number"));
        }

        @OnClose
        public void onClose(CloseReason reason) {
            HEARD.add("close " + reason.getCloseCode().getCode());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSegmentThatDoesNotFitReachesTheErrorMethod(Protocol protocol) throws Exception {
        try (FrameClient client = open(protocol, "/callbacks/number/a%20b/n")) {
            client.text("hello");
            assertThat(client.nextClose().closeCode()).isEqualTo(1008);
        }
        assertThat(heard()).isEqualTo("error n a b a b");
        // The node closed: Jakarta WebSocket 2.1.5.
        assertThat(heard()).isEqualTo("close 1006");
        assertThat(HEARD).isEmpty();
        try (FrameClient client = open(protocol, "/callbacks/number/7/n")) {
            client.text("hello");
            assertThat(heard()).isEqualTo("open");
            assertThat(heard()).isEqualTo("text");
            client.sendClose(1000, "").nextClose();
        }
        assertThat(heard()).isEqualTo("close 1000");
    }

    /** Nothing but messages, so that no session would be made an instance for. */
    @Dependent
    @ServerEndpoint("/callbacks/typed/{value}/int")
    public static class OnlyMessages {
        @OnMessage
        public void onText(String text, @PathParam("value") Integer value) {}

        @OnError
        public void onError(Throwable cause) {
            HEARD.add(cause.getMessage());
        }
    }

    @Dependent
    @ServerEndpoint("/callbacks/typed/{value}/char")
    public static class Char extends OnlyMessages {
        @OnMessage
        public void onChar(String text, @PathParam("value") char value) {}

        @Override
        public void onText(String text, Integer value) {}

        @OnError
        @Override
        public void onError(Throwable cause) {
            super.onError(cause);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int", "char"})
    void soDoesOneOfAClassThatHearsOfMessagesOnly(String type) throws Exception {
        try (FrameClient client = open(Protocol.H2C, "/callbacks/typed/12x/" + type)) {
            assertThat(client.nextClose().closeCode()).isEqualTo(1008);
        }
        assertThat(heard()).contains("12x");
    }

    @Dependent
    @ServerEndpoint("/callbacks/unknown/{known}")
    public static class Unknown {
        @OnMessage
        public String onText(
                @PathParam("unknown") String text, @PathParam("other") Long number, String sent) {
            return sent + " " + text + " " + number;
        }
    }

    @Test
    void aParameterThatThePathHasNotIsNull() {
        try (FrameClient client = open(Protocol.HTTP1, "/callbacks/unknown/a")) {
            assertThat(client.text("sent").nextText()).isEqualTo("sent null null");
        }
    }

    // Inheritance.

    /** Whose methods are callbacks. */
    public static class Annotated<T> {
        @OnOpen
        public void onOpen() {
            HEARD.add("open");
        }

        @OnMessage
        public void onText(T text) {
            HEARD.add("text");
        }

        @OnMessage
        public void onPong(PongMessage pong) {
            HEARD.add("pong");
        }

        @OnError
        public void onError(Throwable cause) {
            HEARD.add("error");
        }

        @OnClose
        public void onClose() {
            HEARD.add("close");
        }
    }

    @Dependent
    @ServerEndpoint("/callbacks/inherits")
    public static class Inherits extends Annotated<String> {}

    @Test
    void inheritedMethodsAreCalled() throws Exception {
        try (FrameClient client = open(Protocol.HTTP1, "/callbacks/inherits")) {
            client.text("a").pong("b").sendClose(1000, "").nextClose();
        }
        assertThat(heard()).isEqualTo("open");
        assertThat(heard()).isEqualTo("text");
        assertThat(heard()).isEqualTo("pong");
        assertThat(heard()).isEqualTo("close");
    }

    /** Overrides without annotations, the one of the generic method by way of a bridge. */
    @Dependent
    @ServerEndpoint("/callbacks/overrides")
    public static class Overrides extends Annotated<String> {
        @Override
        public void onOpen() {
            HEARD.add("my open");
        }

        @Override
        public void onText(String text) {
            HEARD.add("my text");
        }

        @Override
        public void onPong(PongMessage pong) {
            HEARD.add("my pong");
        }

        @Override
        public void onError(Throwable cause) {
            HEARD.add("my error");
        }

        @Override
        public void onClose() {
            HEARD.add("my close");
        }

        @OnMessage
        public String onBytes(byte[] bytes) {
            return "bytes " + bytes.length;
        }
    }

    @Test
    void aMethodThatOverridesIsCalledByAnAnnotationOfItsOwnOnly() throws Exception {
        try (FrameClient client = open(Protocol.HTTP1, "/callbacks/overrides")) {
            client.text("a").pong("b");
            assertThat(client.binary(new byte[3]).nextText()).isEqualTo("bytes 3");
            client.sendClose(1000, "").nextClose();
        }
        try (FrameClient client = open(Protocol.HTTP1, "/callbacks/inherits")) {
            assertThat(heard()).isEqualTo("open");
            client.sendClose(1000, "").nextClose();
        }
        assertThat(heard()).isEqualTo("close");
    }

    /** Hidden: the compiler shows its method in the class below by a bridge. */
    static class Hidden {
        @OnMessage
        public String onText(String text) {
            return "hidden " + text;
        }
    }

    @Dependent
    @ServerEndpoint("/callbacks/hidden")
    public static class Shown extends Hidden {}

    @Test
    void aMethodOfAHiddenSuperclassIsCalled() {
        try (FrameClient client = open(Protocol.HTTP1, "/callbacks/hidden")) {
            assertThat(client.text("a").nextText()).isEqualTo("hidden a");
        }
    }

    // The end.

    @Dependent
    @ServerEndpoint("/callbacks/close/{code}")
    public static class OwnCode {
        @OnMessage
        public void onText(String text, Session session, @PathParam("code") int code)
                throws Exception {
            session.close(new CloseReason(() -> code, "as told"));
        }

        @OnClose
        public void onClose(CloseReason reason) {
            HEARD.add(reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {999, 0, -1, 1004, 1006, 1015, 2999, 5000, 70_000})
    void aCodeThatNeverGoesOutReachesTheCloseMethod(int code) throws Exception {
        try (FrameClient client = open(Protocol.HTTP1, "/callbacks/close/" + code)) {
            assertThat(client.text("go").nextClose().payload()).isEmpty();
            client.frame(FrameClient.CLOSE, true, new byte[0]);
        }
        assertThat(heard()).isEqualTo(code + " as told");
    }
}
