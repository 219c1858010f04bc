package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.TestServer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What Jakarta WebSocket promises, method by method: each promise is held, over a real socket, or
 * stands with its reason in docs/extend.md.
 */
class ContractTest {
    private static final List<Class<?>> TYPES =
            List.of(
                    Session.class,
                    RemoteEndpoint.class,
                    RemoteEndpoint.Basic.class,
                    RemoteEndpoint.Async.class,
                    HandshakeRequest.class,
                    HandshakeResponse.class,
                    EndpointConfig.class,
                    ServerEndpointConfig.class,
                    ServerEndpointConfig.Configurator.class,
                    WebSocketContainer.class,
                    ServerContainer.class,
                    ClientEndpointConfig.class,
                    ClientEndpointConfig.Configurator.class,
                    CloseReason.class);

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** What a test runs to see that a promise is held. */
    @FunctionalInterface
    interface Check {
        void run(Peer peer) throws Exception;
    }

    /**
     * A promise.
     *
     * @param check null: it is not held
     * @param reason why not; empty where it is held
     */
    record Row(String method, String promise, Check check, String reason) {}

    /** The rows of a table that is written down as a chain. */
    static final class Table {
        private final List<Row> rows = new ArrayList<>();

        Table held(String method, String promise, Check check) {
            rows.add(new Row(method, promise, check, ""));
            return this;
        }

        Table not(String method, String promise, String reason) {
            rows.add(new Row(method, promise, null, reason));
            return this;
        }

        List<Row> rows() {
            return rows;
        }
    }

    /** The client's end, and ways to be inside the server while it is asked. */
    static final class Peer {
        TestServer server() {
            return server;
        }

        FrameClient open(String path, String... headers) {
            return open(Protocol.HTTP1, path, headers);
        }

        FrameClient open(Protocol protocol, String path, String... headers) {
            FrameClient client = FrameClient.open(protocol, server, path, headers);
            assertThat(client.isOpen()).as("status %s", client.status()).isTrue();
            return client;
        }

        /** What a session says to {@code question}, which its own method asks. */
        String answer(FrameClient client, ContractEndpoints.Question question) {
            return client.text(ContractEndpoints.ask(question)).nextText();
        }

        String answer(String path, ContractEndpoints.Question question) {
            try (FrameClient client = open(path)) {
                return answer(client, question);
            }
        }

        String answer(ContractEndpoints.Question question) {
            return answer("/contract/a", question);
        }

        /** A session that is open, as others see it. */
        Session session(FrameClient client) throws InterruptedException {
            answer(client, session -> String.valueOf(ContractEndpoints.ASKED.add(session)));
            return ContractEndpoints.ASKED.poll(15, TimeUnit.SECONDS);
        }

        /** One whose endpoint has heard of its end. */
        Session ended() throws InterruptedException {
            Session session;
            try (FrameClient client = open("/contract/a")) {
                session = session(client);
                client.sendClose(1000, "").nextClose();
            }
            awaitOver(session);
            return session;
        }

        /** Until its endpoint has heard of its end. */
        void awaitOver(Session session) {
            await().until(
                            () -> {
                                try {
                                    session.getProtocolVersion();
                                    return false;
                                } catch (IllegalStateException over) {
                                    return true;
                                }
                            });
        }

        /** What the handshake of a path says, asked by its configurator. */
        String shake(String path, ContractEndpoints.HandshakeQuestion question, String... headers) {
            String id = ContractEndpoints.ask(question);
            List<String> all = new ArrayList<>(List.of(headers));
            all.addAll(List.of("X-Ask", id));
            try (FrameClient client = open(path, all.toArray(String[]::new))) {
                return String.valueOf(ContractEndpoints.answer(id));
            }
        }
    }

    private static List<Row> rows() {
        Table table = new Table();
        SessionContract.rows(table);
        RemoteContract.rows(table);
        HandshakeContract.rows(table);
        ContainerContract.rows(table);
        return table.rows();
    }

    @TestFactory
    Stream<DynamicTest> whatIsPromisedIsHeld() {
        return rows().stream()
                .filter(row -> row.check() != null)
                .map(
                        row ->
                                DynamicTest.dynamicTest(
                                        row.method() + ": " + row.promise(),
                                        () -> row.check().run(new Peer())));
    }

    @Test
    void eachMethodHasARow() {
        TreeSet<String> methods = new TreeSet<>();
        for (Class<?> type : TYPES) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
                    methods.add(name(type, method));
                }
            }
        }
        TreeSet<String> inTable = new TreeSet<>();
        rows().forEach(row -> inTable.add(row.method()));
        assertThat(inTable).isEqualTo(methods);
    }

    private static String name(Class<?> type, Method method) {
        String owner =
                type.getEnclosingClass() == null
                        ? type.getSimpleName()
                        : type.getEnclosingClass().getSimpleName() + "." + type.getSimpleName();
        return Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", owner + "." + method.getName() + "(", ")"));
    }

    @Test
    void whatIsNotHeldStandsInTheDocs() throws IOException {
        Map<String, String> listed = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/extend.md"))) {
            if (line.startsWith("| `") && line.contains("(")) {
                String[] cells = line.split("\\|");
                listed.put(cells[1].strip().replace("`", ""), cells[2].strip());
            }
        }
        Map<String, String> expected = new TreeMap<>();
        rows().stream()
                .filter(row -> row.check() == null)
                .forEach(row -> expected.put(row.method(), row.promise() + ": " + row.reason()));
        assertThat(listed).isEqualTo(expected);
    }

    static void throwsIllegalState(org.assertj.core.api.ThrowableAssert.ThrowingCallable callable) {
        assertThatThrownBy(callable).isInstanceOf(IllegalStateException.class);
    }
}
