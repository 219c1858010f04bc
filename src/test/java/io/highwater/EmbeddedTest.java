package io.highwater;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.config.ConfigException;
import io.highwater.endpoint.AllowedOrigins;
import io.highwater.node.deployment.DeploymentFailure;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A node in a team's own program. */
final class EmbeddedTest {
    private static final Duration GUARD = Duration.ofSeconds(60);

    /** Found in the tests' bean archive, and given by hand in some of these tests: one bean. */
    @ApplicationScoped
    public static class Greeting {
        String to(String name) {
            return "hello " + name;
        }
    }

    /** No bean: it has no scope. */
    @ServerEndpoint("/given")
    @AllowedOrigins("https://given.example")
    public static class Given {
        @Inject Greeting greeting;

        @OnMessage
        public String onText(String text) {
            return greeting.to(text);
        }
    }

    @ServerEndpoint("/given")
    public static class Twin {}

    public static class Programmatic extends Endpoint {
        @Inject Greeting greeting;

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            String name = session.getPathParameters().get("name");
            session.addMessageHandler(
                    String.class,
                    (MessageHandler.Whole<String>)
                            text ->
                                    session.getAsyncRemote()
                                            .sendText(greeting.to(name + ", " + text)));
        }
    }

    /** Without a constructor that a container could use. */
    public static class Made extends Programmatic {
        private final String word;

        Made(String word) {
            this.word = word;
        }

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.getAsyncRemote().sendText(word);
        }
    }

    private static HighwaterBuilder builder() {
        return Highwater.builder().port(0).adminPort(0).drainWindow(Duration.ZERO);
    }

    private static URI uri(Highwater node) {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    private static TestSocket open(Highwater node, String path) throws IOException {
        return SocketOverHttp1.open(uri(node), path, null).reading();
    }

    private static String answer(TestSocket socket, String text) throws Exception {
        socket.text(text);
        return socket.next(GUARD).text();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Highwater node, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.adminPort() + path));
    }

    @Test
    void aPostToTheAdminPortDrains() throws Exception {
        try (Highwater node = builder().bean(Given.class).bean(Greeting.class).start();
                TestSocket socket = open(node, "/given")) {
            HttpRequest.Builder post =
                    request(node, "/drain").POST(HttpRequest.BodyPublishers.noBody());
            assertThat(send(post).statusCode()).as("as any page could send it").isEqualTo(403);
            assertThat(send(request(node, "/drain")).statusCode()).isEqualTo(405);
            assertThat(answer(socket, "sea")).isEqualTo("hello sea");
            assertThat(send(request(node, "/health/ready")).statusCode()).isEqualTo(200);

            assertThat(send(post.header("X-Highwater-Admin", "1")).statusCode()).isEqualTo(202);
            assertThat(socket.next(GUARD).closeCode()).isEqualTo(1012);
            awaitClosedPort(node);
            assertThat(send(request(node, "/health/ready")).statusCode()).isEqualTo(503);
            assertThat(send(request(node, "/health/live")).statusCode()).isEqualTo(200);
        }
    }

    /** A thread that waits in accept() keeps the kernel's socket until its signal comes. */
    private static void awaitClosedPort(Highwater node) {
        await().atMost(GUARD)
                .untilAsserted(
                        () ->
                                assertThatThrownBy(
                                                () -> new Socket("127.0.0.1", node.port()).close())
                                        .isInstanceOf(ConnectException.class));
    }

    @Test
    void anEndpointGivenByHandIsABean() throws Exception {
        try (Highwater node = builder().bean(Given.class).bean(Greeting.class).start();
                TestSocket socket = open(node, "/given")) {
            assertThat(answer(socket, "sea")).isEqualTo("hello sea");
            assertThatThrownBy(
                            () ->
                                    SocketOverHttp1.openWith(
                                            uri(node), "/given", "Origin: https://other.example"))
                    .isInstanceOf(TestSocket.Refused.class)
                    .extracting(refused -> ((TestSocket.Refused) refused).status())
                    .isEqualTo(403);
        }
    }

    @Test
    void aProgrammaticEndpointIsABeanAtItsConfiguredPath() throws Exception {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(Programmatic.class, "/made/{name}").build();
        try (Highwater node = builder().endpoint(config).bean(Greeting.class).start();
                TestSocket socket = open(node, "/made/blue")) {
            assertThat(answer(socket, "sea")).isEqualTo("hello blue, sea");
        }
    }

    @Test
    void aConfiguratorMayMakeTheInstances() throws Exception {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(Made.class, "/made")
                        .configurator(
                                new ServerEndpointConfig.Configurator() {
                                    @Override
                                    public <T> T getEndpointInstance(Class<T> type) {
                                        return type.cast(new Made("by hand"));
                                    }
                                })
                        .build();
        try (Highwater node = builder().endpoint(config).start();
                TestSocket socket = open(node, "/made")) {
            assertThat(socket.next(GUARD).text()).isEqualTo("by hand");
        }
    }

    @Test
    void drainEndsSessionsWith1012AndClosesThePort() throws Exception {
        try (Highwater node = builder().start();
                TestSocket socket = open(node, "/v1/echo")) {
            assertThat(answer(socket, "still here")).isEqualTo("still here");
            node.drain();
            assertThat(socket.next(GUARD).closeCode()).isEqualTo(1012);
            awaitClosedPort(node);
        }
    }

    @Test
    void aDrainWaitsForAHandshakeThatWasAcceptedBeforeIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answering = new CountDownLatch(1);
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(Programmatic.class, "/made/{name}")
                        .configurator(
                                new ServerEndpointConfig.Configurator() {
                                    @Override
                                    public void modifyHandshake(
                                            ServerEndpointConfig of,
                                            HandshakeRequest request,
                                            HandshakeResponse response) {
                                        asked.countDown();
                                        try {
                                            answering.await();
                                        } catch (InterruptedException e) {
                                            throw new IllegalStateException(e);
                                        }
                                    }
                                })
                        .build();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Highwater node = builder().endpoint(config).bean(Greeting.class).start()) {
            Future<TestSocket> opening = threads.submit(() -> open(node, "/made/blue"));
            assertThat(asked.await(GUARD.toSeconds(), SECONDS)).isTrue();
            Future<Void> draining =
                    threads.submit(
                            () -> {
                                node.drain();
                                return null;
                            });
            awaitClosedPort(node);
            answering.countDown();
            try (TestSocket socket = opening.get(GUARD.toSeconds(), SECONDS)) {
                assertThat(socket.next(GUARD).closeCode()).isEqualTo(1012);
            }
            draining.get(GUARD.toSeconds(), SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void afterCloseTheSamePortsAreFree() throws Exception {
        Highwater first = builder().start();
        int port = first.port();
        int adminPort = first.adminPort();
        first.close();
        first.close();
        try (Highwater second = builder().port(port).adminPort(adminPort).start()) {
            assertThat(second.port()).isEqualTo(port);
            assertThat(second.adminPort()).isEqualTo(adminPort);
            assertThat(second.tlsPort()).isEmpty();
        }
    }

    @Test
    void twoOfOneNameOnOnePathFailWithALineThatNamesBoth() {
        assertThatThrownBy(
                        () ->
                                builder()
                                        .bean(Given.class)
                                        .bean(Twin.class)
                                        .bean(Greeting.class)
                                        .start())
                .isInstanceOf(DeploymentFailure.class)
                .hasMessageContaining(Given.class.getName())
                .hasMessageContaining(Twin.class.getName())
                .hasMessageNotContaining("\n");
    }

    /** Not a bean, and nobody made one of it. */
    public record Nobody(String name) {}

    @ServerEndpoint("/lost")
    public static class Lost {
        @Inject Nobody nobody;
    }

    @Test
    void whatCanNotBeInjectedFailsWithALineThatNamesIt() {
        assertThatThrownBy(() -> builder().bean(Lost.class).start())
                .isInstanceOf(DeploymentFailure.class)
                .hasMessageContaining(Lost.class.getName())
                .hasMessageContaining("Nobody")
                .hasMessageNotContaining("\n");
    }

    @Test
    void anAnnotatedClassIsNoProgrammaticOne() {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(Given.class, "/given").build();
        assertThatThrownBy(() -> builder().bean(Greeting.class).endpoint(config).start())
                .isInstanceOf(DeploymentFailure.class)
                .hasMessageContaining(Given.class.getName())
                .hasMessageContaining(Endpoint.class.getName());
    }

    @Test
    void whatIsNotAllowedIsSaidAllAtOnce() {
        assertThatThrownBy(
                        () ->
                                builder()
                                        .ratePerIp(0, 40)
                                        .maxMessageBytes(-1)
                                        .set("highwater.prot", 1)
                                        .start())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("highwater.handshake.rate-per-ip")
                .hasMessageContaining("highwater.limits.max-message-bytes")
                .hasMessageContaining("highwater.prot");
    }

    /** A setter with a misspelt key would fail here. */
    @Test
    void everySetterSetsKeysThatThereAre() throws Exception {
        HighwaterBuilder builder =
                builder()
                        .adminFor("127.0.0.1", "secret")
                        .node("here")
                        .allowedOrigins("https://a.example", "https://b.example")
                        .allowedHosts("localhost")
                        .trustedProxies("10.0.0.0/8")
                        .ratePerIp(1, 2)
                        .maxConnections(3, 2)
                        .maxMessageBytes(100)
                        .overflow(OverflowPolicy.LATEST)
                        .highWater(10, 1000)
                        .keepalive(
                                Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(3))
                        .withoutDemo()
                        .set("highwater.region", "sea");
        builder.start().close();
        assertThatThrownBy(() -> builder.tls(0, Path.of("none.p12"), "secret").start())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.p12")
                .hasMessageNotContaining("secret");
        // The list above is complete, but for those that set no key.
        assertThat(HighwaterBuilder.class.getDeclaredMethods())
                .filteredOn(method -> Modifier.isPublic(method.getModifiers()))
                .extracting(Method::getName)
                .containsExactlyInAnyOrder(
                        "port",
                        "adminPort",
                        "drainWindow",
                        "adminFor",
                        "node",
                        "allowedOrigins",
                        "allowedHosts",
                        "trustedProxies",
                        "ratePerIp",
                        "maxConnections",
                        "maxMessageBytes",
                        "overflow",
                        "highWater",
                        "keepalive",
                        "withoutDemo",
                        "tls",
                        "set",
                        "config",
                        "bean",
                        "endpoint",
                        "classLoader",
                        "start");
    }
}
