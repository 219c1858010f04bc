package io.highwater.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import jakarta.interceptor.InvocationContext;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sessions and the objects that serve them begin, fail and end. */
class LifecycleTest {
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

    // What happened, by the name that is in the path.

    private static final Map<String, BlockingQueue<String>> HEARD = new ConcurrentHashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();

    static BlockingQueue<String> heard(String name) {
        return HEARD.computeIfAbsent(name, key -> new LinkedBlockingQueue<>());
    }

    private static String name() {
        return "n" + NAMES.incrementAndGet();
    }

    private static String next(String name) throws InterruptedException {
        return heard(name).poll(15, TimeUnit.SECONDS);
    }

    // Who shares the threads.

    private static final int BUSY_MESSAGES = 400;
    private static final Duration BUSY = Duration.ofMillis(5);
    private static final Map<String, AtomicInteger> BUSY_HEARD = new ConcurrentHashMap<>();

    @Dependent
    @ServerEndpoint("/life/{name}/busy")
    public static class Busy {
        @OnMessage
        public void onText(String text, @PathParam("name") String name) {
            long endNanos = System.nanoTime() + BUSY.toNanos();
            while (System.nanoTime() - endNanos < 0) {
                Thread.onSpinWait();
            }
            BUSY_HEARD.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void floodsForAllCoresLeaveThreadsToTheOthers(Protocol protocol) throws Exception {
        int floods = 2 * Runtime.getRuntime().availableProcessors();
        List<String> names = IntStream.range(0, floods).mapToObj(i -> name()).toList();
        List<FrameClient> clients = new ArrayList<>();
        try (FrameClient other = open(protocol, "/life/" + name() + "/close")) {
            for (String busy : names) {
                FrameClient client = open(protocol, "/life/" + busy + "/busy");
                clients.add(client);
                for (int i = 0; i < BUSY_MESSAGES; i++) {
                    client.text("flood");
                }
            }
            await().until(() -> BUSY_HEARD.keySet().containsAll(names));
            assertThat(other.text("hello").nextText()).isEqualTo("hello");
            for (String busy : names) {
                assertThat(BUSY_HEARD.get(busy)).hasValueLessThan(BUSY_MESSAGES);
            }
        } finally {
            clients.forEach(FrameClient::vanish);
        }
    }

    // Close codes.

    @Dependent
    @ServerEndpoint("/life/{name}/close")
    public static class Closing {
        @OnMessage
        public void onText(String text, Session session) throws IOException {
            switch (text) {
                case "close" ->
                        session.close(
                                new CloseReason(
                                        CloseReason.CloseCodes.getCloseCode(4000), "as told"));
                case "plain" -> session.close();
                default -> session.getAsyncRemote().sendText(text);
            }
        }

        @OnClose
        public void onClose(Session session, CloseReason reason, @PathParam("name") String name) {
            heard(name)
                    .add(
                            reason.getCloseCode().getCode()
                                    + " "
                                    + reason.getReasonPhrase()
                                    + " "
                                    + session.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void onCloseHearsThePeersCode(Protocol protocol) throws Exception {
        String name = name();
        try (FrameClient client = open(protocol, "/life/" + name + "/close")) {
            client.sendClose(3001, "bye");
            assertThat(client.nextClose().closeCode()).isEqualTo(3001);
        }
        assertThat(next(name)).isEqualTo("3001 bye false");
    }

    @ParameterizedTest
    @EnumSource
    void onCloseHearsOurOwnCode(Protocol protocol) throws Exception {
        String name = name();
        try (FrameClient client = open(protocol, "/life/" + name + "/close")) {
            FrameClient.Frame close = client.text("close").nextClose();
            assertThat(close.closeCode()).isEqualTo(4000);
            assertThat(close.closeReason()).isEqualTo("as told");
            client.sendClose(4000, "");
        }
        assertThat(next(name)).isEqualTo("4000 as told false");
        try (FrameClient client = open(protocol, "/life/" + name + "/close")) {
            assertThat(client.text("plain").nextClose().closeCode()).isEqualTo(1000);
            client.sendClose(1000, "");
        }
        assertThat(next(name)).startsWith("1000 ");
    }

    @ParameterizedTest
    @EnumSource
    void onCloseHears1006WhenThePeerVanishes(Protocol protocol) throws Exception {
        String name = name();
        FrameClient client = open(protocol, "/life/" + name + "/close");
        assertThat(client.text("hello").nextText()).isEqualTo("hello");
        client.vanish();
        assertThat(next(name)).startsWith("1006 ");
    }

    // Failures.

    @Dependent
    @ServerEndpoint("/life/{name}/throws/{where}")
    public static class Throws {
        @OnOpen
        public void onOpen(@PathParam("where") String where) {
            fail("open", where);
        }

        @OnMessage
        public String onText(String text, @PathParam("where") String where) {
            fail("text", where);
            return text;
        }

        @OnMessage
        public void onBinary(byte[] bytes, @PathParam("where") String where) {
            fail("binary", where);
        }

        @OnClose
        public void onClose(@PathParam("name") String name, @PathParam("where") String where) {
            heard(name).add("closed");
            fail("close", where);
        }

        static void fail(String here, String where) {
            if (here.equals(where)) {
                throw new IllegalStateException("meant to fail in " + here);
            }
        }
    }

    /** The same with an error method. */
    @Dependent
    @ServerEndpoint("/life/{name}/caught/{where}")
    public static class Caught extends Throws {
        @OnOpen
        @Override
        public void onOpen(@PathParam("where") String where) {
            super.onOpen(where);
        }

        @OnMessage
        @Override
        public String onText(String text, @PathParam("where") String where) {
            if (text.equals("good")) {
                return text;
            }
            return super.onText(text, where);
        }

        @OnMessage
        @Override
        public void onBinary(byte[] bytes, @PathParam("where") String where) {
            super.onBinary(bytes, where);
        }

        @OnClose
        @Override
        public void onClose(@PathParam("name") String name, @PathParam("where") String where) {
            super.onClose(name, where);
        }

        @OnError
        public void onError(Throwable cause, Session session, @PathParam("name") String name) {
            heard(name).add("error " + cause.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAMethodThrowsEndsTheSessionWith1011(Protocol protocol) throws Exception {
        for (String where : List.of("open", "text", "binary")) {
            for (boolean fragmented : new boolean[] {false, true}) {
                String name = name();
                try (FrameClient client = open(protocol, "/life/" + name + "/throws/" + where)) {
                    int opcode = where.equals("binary") ? FrameClient.BINARY : FrameClient.TEXT;
                    client.frame(opcode, !fragmented, new byte[] {65});
                    if (fragmented) {
                        client.frame(FrameClient.CONTINUATION, true, new byte[] {65});
                    }
                    assertThat(client.nextClose().closeCode()).as(where).isEqualTo(1011);
                }
                assertThat(next(name)).isEqualTo("closed");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void withAnErrorMethodTheSessionGoesOn(Protocol protocol) throws Exception {
        for (String where : List.of("text", "binary")) {
            for (boolean fragmented : new boolean[] {false, true}) {
                String name = name();
                try (FrameClient client = open(protocol, "/life/" + name + "/caught/" + where)) {
                    int opcode = where.equals("binary") ? FrameClient.BINARY : FrameClient.TEXT;
                    client.frame(opcode, !fragmented, new byte[] {65});
                    if (fragmented) {
                        client.frame(FrameClient.CONTINUATION, true, new byte[] {65});
                    }
                    assertThat(next(name)).isEqualTo("error meant to fail in " + where);
                    assertThat(client.text("good").nextText()).isEqualTo("good");
                    client.sendClose(1000, "").nextClose();
                    assertThat(next(name)).isEqualTo("closed");
                    assertThat(heard(name)).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onErrorHearsOfOpenAndClose(Protocol protocol) throws Exception {
        String name = name();
        try (FrameClient client = open(protocol, "/life/" + name + "/caught/open")) {
            assertThat(client.nextClose().closeCode()).isEqualTo(1011);
        }
        assertThat(next(name)).isEqualTo("error meant to fail in open");
        assertThat(next(name)).isEqualTo("closed");
        try (FrameClient client = open(protocol, "/life/" + name + "/caught/close")) {
            client.sendClose(1000, "").nextClose();
        }
        assertThat(next(name)).isEqualTo("closed");
        assertThat(next(name)).isEqualTo("error meant to fail in close");
    }

    @Dependent
    @ServerEndpoint("/life/{name}/small")
    public static class Small {
        @OnMessage(maxMessageSize = 10)
        public String onText(String text) {
            return text;
        }

        @OnMessage(maxMessageSize = 20)
        public byte[] onBinary(byte[] bytes) {
            return bytes;
        }

        @OnError
        public void onError(Throwable cause, @PathParam("name") String name) {
            heard(name).add(cause.getClass().getSimpleName());
        }
    }

    @ParameterizedTest
    @EnumSource
    void tooBigIs1009EvenWithAnErrorMethod(Protocol protocol) {
        for (int opcode : new int[] {FrameClient.TEXT, FrameClient.BINARY}) {
            int max = opcode == FrameClient.TEXT ? 10 : 20;
            try (FrameClient client = open(protocol, "/life/x/small")) {
                client.frame(opcode, true, new byte[max]);
                assertThat(client.nextMessage().payload()).hasSize(max);
                client.frame(opcode, false, new byte[max]);
                client.frame(FrameClient.CONTINUATION, true, new byte[0]);
                assertThat(client.nextMessage().payload()).hasSize(max);
                client.frame(opcode, true, new byte[max + 1]);
                assertThat(client.nextClose().closeCode()).isEqualTo(1009);
            }
            try (FrameClient client = open(protocol, "/life/x/small")) {
                client.frame(opcode, false, new byte[max]);
                client.frame(FrameClient.CONTINUATION, false, new byte[1]);
                assertThat(client.nextClose().closeCode()).isEqualTo(1009);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void badUtf8Is1007(Protocol protocol) {
        try (FrameClient client = open(protocol, "/life/x/close")) {
            client.frame(FrameClient.TEXT, true, new byte[] {(byte) 0xFF});
            assertThat(client.nextClose().closeCode()).isEqualTo(1007);
        }
    }

    // Streams that end early.

    @Dependent
    @ServerEndpoint("/life/{name}/stream")
    public static class Stream {
        @OnMessage
        public void onBinary(InputStream in, @PathParam("name") String name) throws IOException {
            heard(name).add("reading");
            try {
                in.readAllBytes();
                heard(name).add("whole");
            } catch (IOException e) {
                heard(name).add("IOException " + Thread.currentThread().getName());
                throw e;
            }
        }

        @OnError
        public void onError(Throwable cause, @PathParam("name") String name) {
            heard(name).add("error " + (cause instanceof IOException));
        }

        @OnClose
        public void onClose(@PathParam("name") String name) {
            heard(name).add("closed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedStreamEndsWithAnIOExceptionBeforeOnClose(Protocol protocol) throws Exception {
        String name = name();
        FrameClient client = open(protocol, "/life/" + name + "/stream");
        client.frame(FrameClient.BINARY, false, new byte[10]);
        assertThat(next(name)).isEqualTo("reading");
        client.vanish();
        assertThat(next(name)).startsWith("IOException");
        assertThat(next(name)).isEqualTo("error true");
        assertThat(next(name)).isEqualTo("closed");
    }

    @Dependent
    @ServerEndpoint("/life/{name}/stream-throws")
    public static class StreamThrows {
        @OnMessage
        public void onBinary(InputStream in, @PathParam("name") String name, Session session)
                throws IOException {
            int first = in.read();
            if (first == 0) {
                in.readAllBytes();
            }
            if (first < 2) {
                throw new IllegalStateException("after " + first);
            }
            session.getBasicRemote().sendText("read " + first);
        }

        @OnError
        public void onError(Throwable cause, @PathParam("name") String name) {
            heard(name).add(cause.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamMethodThatThrowsIsReportedOnceAndTheSessionGoesOn(Protocol protocol)
            throws Exception {
        String name = name();
        try (FrameClient client = open(protocol, "/life/" + name + "/stream-throws")) {
            for (int round = 0; round < 2; round++) {
                for (byte first = 0; first < 3; first++) {
                    client.frame(FrameClient.BINARY, false, new byte[] {first});
                    client.frame(FrameClient.CONTINUATION, false, new byte[5000]);
                    client.frame(FrameClient.CONTINUATION, false, new byte[5000]);
                    client.frame(FrameClient.CONTINUATION, true, new byte[5]);
                    if (first < 2) {
                        assertThat(next(name)).isEqualTo("after " + first);
                    }
                }
                assertThat(client.nextText()).isEqualTo("read 2");
            }
            assertThat(heard(name)).isEmpty();
        }
    }

    // A callback that waits for its own message when the connection is lost.

    @Dependent
    @ServerEndpoint("/life/{name}/blocked")
    public static class BlockedSend {
        @OnMessage
        public void onText(String text, Session session, @PathParam("name") String name) {
            heard(name).add("sending");
            try {
                session.getBasicRemote().sendText("x".repeat(5_000_000));
                heard(name).add("sent");
            } catch (IOException e) {
                heard(name).add("IOException");
            }
        }

        @OnClose
        public void onClose(CloseReason reason, @PathParam("name") String name) {
            heard(name).add("closed " + reason.getCloseCode().getCode());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedSendEndsWhenThePeerVanishes(Protocol protocol) throws Exception {
        String name = name();
        FrameClient client = open(protocol, "/life/" + name + "/blocked");
        client.text("go");
        assertThat(next(name)).isEqualTo("sending");
        client.vanish();
        assertThat(next(name)).isEqualTo("IOException");
        assertThat(next(name)).isEqualTo("closed 1006");
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedSendEndsWhenThePeerReads(Protocol protocol) throws Exception {
        String name = name();
        try (FrameClient client = open(protocol, "/life/" + name + "/blocked")) {
            client.text("go");
            assertThat(client.nextText()).hasSize(5_000_000);
            assertThat(next(name)).isEqualTo("sending");
            assertThat(next(name)).isEqualTo("sent");
        }
    }

    // Instances.

    /** Goes with each instance of Counted. */
    @Dependent
    public static class Companion {
        static final AtomicInteger DESTROYED = new AtomicInteger();

        @PreDestroy
        void gone() {
            DESTROYED.incrementAndGet();
        }
    }

    @Dependent
    @ServerEndpoint("/life/counted")
    public static class Counted {
        static final AtomicInteger MADE = new AtomicInteger();
        static final AtomicInteger OPENED = new AtomicInteger();
        static final AtomicInteger CLOSED = new AtomicInteger();
        static final AtomicInteger DESTROYED = new AtomicInteger();
        static final ConcurrentLinkedQueue<WeakReference<Object>> SEEN =
                new ConcurrentLinkedQueue<>();

        @Inject Companion companion;
        private final Set<Session> sessions = Collections.newSetFromMap(new IdentityHashMap<>());

        @PostConstruct
        void made() {
            MADE.incrementAndGet();
        }

        @PreDestroy
        void destroyed() {
            DESTROYED.incrementAndGet();
        }

        @OnMessage
        public String onText(String text) {
            return text;
        }

        @OnClose
        public void onClose() {
            CLOSED.incrementAndGet();
        }

        @OnOpen
        public void onOpen(Session session) {
            OPENED.incrementAndGet();
            assertThat(companion).isNotNull();
            assertThat(sessions.add(session)).isTrue();
            assertThat(sessions).hasSize(1);
            SEEN.add(new WeakReference<>(this));
            SEEN.add(new WeakReference<>(session));
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachSessionHasAnInstanceThatIsDestroyedOnceAndLeavesNothing(Protocol protocol)
            throws Exception {
        Counted.MADE.set(0);
        Counted.DESTROYED.set(0);
        Companion.DESTROYED.set(0);
        Counted.SEEN.clear();
        int cycles = Integer.getInteger("highwater.test.cycles", 500);
        int hasty = 0;
        for (int i = 0; i < cycles; i++) {
            FrameClient client = open(protocol, "/life/counted");
            switch (i % 3) {
                case 0 -> {
                    hasty++;
                    client.vanish();
                }
                case 1 -> {
                    assertThat(client.text("x").nextText()).isEqualTo("x");
                    client.vanish();
                }
                default -> {
                    client.sendClose(1000, "").nextClose();
                    client.close();
                }
            }
        }
        // One that was reset at once may not have opened.
        int least = cycles - hasty;
        await().until(() -> Counted.DESTROYED.get() >= least);
        await().until(() -> Counted.DESTROYED.get() == Counted.MADE.get());
        assertThat(Counted.DESTROYED.get()).isBetween(least, cycles);
        assertThat(Companion.DESTROYED).hasValue(Counted.DESTROYED.get());
        assertThat(Counted.OPENED).hasValue(Counted.CLOSED.get());
        await().pollInterval(200, TimeUnit.MILLISECONDS)
                .until(
                        () -> {
                            System.gc();
                            return Counted.SEEN.stream().allMatch(seen -> seen.get() == null);
                        });
    }

    /** Hears of messages only. */
    @Dependent
    @ServerEndpoint("/life/{name}/late")
    public static class Late {
        static final AtomicInteger MADE = new AtomicInteger();
        static final AtomicInteger DESTROYED = new AtomicInteger();
        static volatile CountDownLatch goOn = new CountDownLatch(0);
        static volatile boolean fails;
        static volatile String destroyer;

        public Late() throws InterruptedException {
            MADE.incrementAndGet();
            goOn.await();
            if (fails) {
                throw new IllegalStateException("expected by the test");
            }
        }

        @PreDestroy
        void destroyed() {
            destroyer = Thread.currentThread().getName();
            DESTROYED.incrementAndGet();
        }

        @OnMessage
        public void onText(String text, Session session) {
            session.getAsyncRemote().sendText(text);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoHearsOfMessagesOnlyIsMadeForTheFirstAndHoldsUpNobody(Protocol protocol) {
        Late.MADE.set(0);
        Late.DESTROYED.set(0);
        Late.goOn = new CountDownLatch(1);
        try (FrameClient silent = open(protocol, "/life/x/late");
                FrameClient one = open(protocol, "/life/x/late");
                FrameClient other = open(protocol, "/life/x/close")) {
            silent.sendClose(1000, "").nextClose();
            assertThat(Late.MADE).hasValue(0);
            one.text("one");
            await().until(() -> Late.MADE.get() == 1);
            assertThat(other.text("other").nextText()).isEqualTo("other");

            Late.goOn.countDown();
            assertThat(one.nextText()).isEqualTo("one");
            assertThat(one.text("two").nextText()).isEqualTo("two");
            assertThat(Late.MADE).hasValue(1);
            for (int i = 0; i < 5; i++) {
                // So that the executor's thread has left the session.
                assertThat(one.ping("p").next().opcode()).isEqualTo(FrameClient.PONG);
            }
            one.sendClose(1000, "").nextClose();
            await().until(() -> Late.DESTROYED.get() == 1);
            assertThat(Late.destroyer).startsWith("highwater-session");
        } finally {
            Late.goOn.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoCanNotBeMadeForTheFirstMessageIsClosedWith1011(Protocol protocol) {
        Late.DESTROYED.set(0);
        Late.fails = true;
        try (FrameClient client = open(protocol, "/life/x/late")) {
            client.pong("for nobody").ping("p").next();
            assertThat(client.text("one").text("two").nextClose().closeCode()).isEqualTo(1011);
        } finally {
            Late.fails = false;
        }
        try (FrameClient client = open(protocol, "/life/x/late")) {
            assertThat(client.text("one").nextText()).isEqualTo("one");
        }
        await().until(() -> Late.DESTROYED.get() == 1);
    }

    @ApplicationScoped
    @ServerEndpoint("/life/shared")
    public static class Shared {
        static final AtomicInteger DESTROYED = new AtomicInteger();
        private final AtomicInteger messages = new AtomicInteger();

        @PreDestroy
        void destroyed() {
            DESTROYED.incrementAndGet();
        }

        @OnMessage
        public String onText(String text, Session session) {
            return text + messages.incrementAndGet() + " of " + session.getOpenSessions().size();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationScopedEndpointIsSharedAndLivesOn(Protocol protocol) {
        int before;
        try (FrameClient one = open(protocol, "/life/shared");
                FrameClient two = open(protocol, "/life/shared")) {
            before = Integer.parseInt(one.text("").nextText().split(" ")[0]);
            assertThat(two.text("m").nextText()).startsWith("m" + (before + 1));
            one.sendClose(1000, "").nextClose();
            assertThat(two.text("m").nextText()).startsWith("m" + (before + 2));
        }
        assertThat(Shared.DESTROYED).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource
    void openSessionsAreThoseOfTheSameEndpoint(Protocol protocol) {
        await().until(
                        () -> {
                            try (FrameClient probe = open(protocol, "/life/shared")) {
                                return probe.text("").nextText().endsWith(" of 1");
                            }
                        });
        try (FrameClient one = open(protocol, "/life/shared");
                FrameClient two = open(protocol, "/life/shared");
                FrameClient other = open(protocol, "/life/x/close")) {
            assertThat(other.text("x").nextText()).isEqualTo("x");
            two.text("").nextText();
            assertThat(one.text("").nextText()).endsWith(" of 2");
        }
    }

    // Request scope and interceptors.

    /** One for each callback. */
    @RequestScoped
    public static class PerCallback {
        static final AtomicInteger LIVING = new AtomicInteger();
        private int uses;

        @PostConstruct
        void made() {
            LIVING.incrementAndGet();
        }

        @PreDestroy
        void destroyed() {
            LIVING.decrementAndGet();
        }

        int use() {
            return ++uses;
        }
    }

    /** Calls that are marked. */
    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Marked {}

    /** Marks them. */
    @Marked
    @Interceptor
    @Priority(Interceptor.Priority.APPLICATION)
    public static class Marker {
        @AroundInvoke
        Object mark(InvocationContext context) throws Exception {
            return "marked " + context.proceed();
        }
    }

    @Dependent
    @ServerEndpoint("/life/request")
    public static class Requesting {
        @Inject PerCallback request;

        @OnOpen
        public void onOpen() {
            assertThat(request.use()).isEqualTo(1);
        }

        @Marked
        @OnMessage
        public String onText(String text) {
            return text + request.use() + request.use();
        }

        @OnMessage
        public String onBinary(InputStream in) throws IOException {
            return in.readAllBytes().length + "." + request.use();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackIsARequestAndInterceptorsWork(Protocol protocol) {
        try (FrameClient client = open(protocol, "/life/request")) {
            assertThat(client.text("t").nextText()).isEqualTo("marked t12");
            assertThat(client.text("t").nextText()).isEqualTo("marked t12");
            assertThat(client.binary(new byte[7]).nextText()).isEqualTo("7.1");
            assertThat(client.binary(new byte[7]).nextText()).isEqualTo("7.1");
        }
        await().until(() -> PerCallback.LIVING.get() == 0);
    }

    // Threads.

    @Dependent
    @ServerEndpoint("/life/{name}/threads")
    public static class Threads {
        static final CountDownLatch GO = new CountDownLatch(1);
        private final AtomicInteger inside = new AtomicInteger();

        @OnMessage
        public String onText(String text) throws InterruptedException {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            if (text.equals("block")) {
                GO.await(15, TimeUnit.SECONDS);
            }
            inside.decrementAndGet();
            Thread thread = Thread.currentThread();
            return text + " " + thread.getName();
        }
    }

    @Test
    void callbacksAreSerialAndABlockedOneDelaysNoSiblingOnItsConnection() {
        try (FrameClient blocked = open(Protocol.H2C, "/life/x/threads");
                FrameClient sibling = open(Protocol.H2C, "/life/x/threads")) {
            blocked.text("block").text("next");
            for (int i = 0; i < 20; i++) {
                assertThat(sibling.text("t").nextText()).startsWith("t highwater-session");
            }
            Threads.GO.countDown();
            assertThat(blocked.nextText()).startsWith("block highwater-session");
            assertThat(blocked.nextText()).startsWith("next highwater-session");
        }
    }

    // Closes that the container starts.

    @Dependent
    @ServerEndpoint("/life/{name}/container")
    public static class ClosedByContainer {
        @OnMessage
        public void onText(String text, Session session) {
            if (text.equals("idle")) {
                session.setMaxIdleTimeout(100);
            }
            while (text.equals("flood") && session.isOpen()) {
                session.getAsyncRemote().sendBinary(ByteBuffer.allocate(60_000));
            }
            if (text.equals("throw")) {
                throw new IllegalStateException("meant to fail");
            }
        }

        @OnClose
        public void onClose(CloseReason reason, @PathParam("name") String name) {
            heard(name).add(reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    /** Jakarta WebSocket, section 2.1.5. */
    @ParameterizedTest
    @EnumSource
    void onCloseHears1006AndTheReasonWhereTheContainerCloses(Protocol protocol) throws Exception {
        String idle = name();
        try (FrameClient client = open(protocol, "/life/" + idle + "/container")) {
            assertThat(client.text("idle").nextClose().closeCode()).isEqualTo(1001);
            client.sendClose(1001, "");
            assertThat(next(idle)).isEqualTo("1006 idle timeout");
        }
        String slow = name();
        try (FrameClient client = open(protocol, "/life/" + slow + "/container")) {
            client.text("flood");
            assertThat(next(slow)).isEqualTo("1006 slow consumer");
        }
        String broken = name();
        try (FrameClient client = open(protocol, "/life/" + broken + "/container")) {
            assertThat(client.text("throw").nextClose().closeCode()).isEqualTo(1011);
            assertThat(next(broken)).isEqualTo("1006 internal error");
        }
        String drained = name();
        try (TestServer stopping = TestServer.start(Map.of("highwater.drain.window", "0s"));
                FrameClient client =
                        FrameClient.open(protocol, stopping, "/life/" + drained + "/container")) {
            client.text("hello");
            Thread drain = new Thread(() -> drain(stopping));
            drain.start();
            FrameClient.Frame close = client.nextClose();
            assertThat(close.closeCode()).isEqualTo(1012);
            client.sendClose(close.closeCode(), "");
            assertThat(next(drained)).isEqualTo("1006 " + close.closeReason());
            drain.join(60_000);
        }
    }

    private static void drain(TestServer server) {
        try {
            server.node().drain();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // What the error method sends before the end.

    @Dependent
    @ServerEndpoint("/life/{name}/apology")
    public static class Apology {
        @OnMessage(maxMessageSize = 10)
        public String onText(String text) {
            return text;
        }

        @OnMessage(maxMessageSize = 20)
        public byte[] onBinary(byte[] bytes) {
            return bytes;
        }

        @OnError
        public void onError(Throwable cause, Session session) throws IOException {
            session.getAsyncRemote().sendBinary(ByteBuffer.allocate(1_000_000));
            session.getAsyncRemote().sendText("sorry");
            session.getAsyncRemote().sendText(cause.getClass().getSimpleName());
        }

        @OnClose
        public void onClose(CloseReason reason, @PathParam("name") String name) {
            heard(name).add(reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheErrorMethodSendsGoesOutBeforeThe1009(Protocol protocol) throws Exception {
        // Over the method's limit, over the larger of both, as one frame and in several.
        for (int bytes : new int[] {11, 21, 1_000_000}) {
            for (boolean fragmented : new boolean[] {false, true}) {
                String name = name();
                try (FrameClient client = open(protocol, "/life/" + name + "/apology")) {
                    if (fragmented) {
                        client.frame(FrameClient.TEXT, false, new byte[10]);
                        client.frame(FrameClient.CONTINUATION, false, new byte[bytes - 10]);
                    } else {
                        client.frame(FrameClient.TEXT, true, new byte[bytes]);
                    }
                    assertThat(client.nextBinary()).hasSize(1_000_000);
                    assertThat(client.nextText()).isEqualTo("sorry");
                    assertThat(client.nextText()).isEqualTo("MessageTooLargeException");
                    assertThat(client.nextClose().closeCode()).isEqualTo(1009);
                }
                assertThat(next(name)).startsWith("1006 ").contains("bytes");
                assertThat(heard(name)).isEmpty();
            }
        }
    }

    // Control frames while a callback runs.

    private static final Map<String, CountDownLatch> RELEASE = new ConcurrentHashMap<>();

    private static CountDownLatch release(String name) {
        return RELEASE.computeIfAbsent(name, key -> new CountDownLatch(1));
    }

    @Dependent
    @ServerEndpoint("/life/{name}/long")
    public static class LongCallback {
        @OnOpen
        public void onOpen(@PathParam("name") String name) throws InterruptedException {
            if (name.startsWith("open")) {
                release(name).await(60, TimeUnit.SECONDS);
            }
        }

        @OnMessage
        public String onText(String text, @PathParam("name") String name)
                throws InterruptedException {
            heard(name).add(text);
            release(name).await(60, TimeUnit.SECONDS);
            return text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingIsAnsweredWhileACallbackBlocks(Protocol protocol) throws Exception {
        for (String name : List.of(name(), "open" + name())) {
            try (FrameClient client = open(protocol, "/life/" + name + "/long")) {
                client.text("first").text("second");
                for (int i = 0; i < 3; i++) {
                    client.ping("p" + i);
                    FrameClient.Frame pong = client.next();
                    assertThat(pong.opcode()).isEqualTo(FrameClient.PONG);
                    assertThat(pong.text()).isEqualTo("p" + i);
                }
                release(name).countDown();
                assertThat(client.nextText()).isEqualTo("first");
                assertThat(client.nextText()).isEqualTo("second");
                assertThat(client.text("third").nextText()).isEqualTo("third");
            }
        }
    }

    @Dependent
    @ServerEndpoint("/life/{name}/unhurried")
    public static class Unhurried {
        /** About as long as a session is left alone before somebody looks at what comes. */
        @OnMessage
        public String onText(String text) throws InterruptedException {
            new CountDownLatch(1).await(80 + text.length() % 60, TimeUnit.MILLISECONDS);
            return text;
        }
    }

    /** A look may begin at any moment of a callback, and end after it. */
    @ParameterizedTest
    @EnumSource
    void messagesKeepTheirOrderHoweverLooksAndCallbacksMeet(Protocol protocol) throws Exception {
        List<FrameClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                clients.add(open(protocol, "/life/x/unhurried"));
            }
            for (int round = 0; round < 15; round++) {
                for (int i = 0; i < clients.size(); i++) {
                    String text = round + "x".repeat((i * 7 + round * 13) % 60);
                    clients.get(i).text(text).ping("p" + round);
                }
            }
            for (FrameClient client : clients) {
                int texts = 0;
                int ping = -1;
                while (texts < 15 || ping < 14) {
                    FrameClient.Frame frame = client.next();
                    if (frame.opcode() == FrameClient.PONG) {
                        // Of several Pings the last may be answered alone.
                        int answered = Integer.parseInt(frame.text().substring(1));
                        assertThat(answered).isGreaterThan(ping);
                        ping = answered;
                    } else {
                        assertThat(frame.opcode()).isEqualTo(FrameClient.TEXT);
                        assertThat(frame.text().replace("x", "")).isEqualTo("" + texts++);
                    }
                }
            }
        } finally {
            clients.forEach(FrameClient::vanish);
        }
    }
}
