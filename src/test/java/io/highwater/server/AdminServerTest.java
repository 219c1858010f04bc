package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.admin.AdminActions;
import io.highwater.admin.AdminApi;
import io.highwater.admin.AdminSettings;
import io.highwater.admin.MetricsFormat;
import io.highwater.admin.PartHealth;
import io.highwater.admin.SlowClients;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminServerTest {
    private final AtomicInteger drains = new AtomicInteger();
    private @Nullable AdminServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private AdminServer start(String host, @Nullable String token) throws IOException {
        AdminServer started = newServer(new AdminSettings(host, 0, token));
        server = started;
        started.start();
        return started;
    }

    private AdminServer newServer(AdminSettings settings) {
        AdminActions actions =
                new AdminActions() {
                    @Override
                    public String metrics(MetricsFormat format) {
                        return "# metrics\n";
                    }

                    @Override
                    public SlowClients slowClients() {
                        return new SlowClients(0, List.of());
                    }

                    @Override
                    public boolean isLive() {
                        return true;
                    }

                    @Override
                    public boolean isReady() {
                        return drains.get() == 0;
                    }

                    @Override
                    public List<PartHealth> parts() {
                        return List.of(new PartHealth("backbone", "available", "here"));
                    }

                    @Override
                    public void drain() {
                        drains.incrementAndGet();
                    }
                };
        return new AdminServer(settings, new AdminApi(settings, actions));
    }

    @ParameterizedTest
    @CsvSource({
        "GET /metrics, 200, text/plain; version=0.0.4; charset=utf-8, '# metrics\n'",
        "GET /health/live, 200, application/json, '{\"status\":\"live\"}\n'",
        "GET /health/ready, 200, application/json, '{\"status\":\"ready\"}\n'",
        "GET /health/ready?verbose, 200, application/json,"
                + " '{\"status\":\"ready\",\"parts\":[{\"part\":\"backbone\",\"state\":\"available\",\"detail\":\"here\"}]}\n'",
        "HEAD /health/ready, 200, application/json, ''",
        "GET /nothing, 404, application/json, '{\"status\":404,\"error\":\"no such path\"}\n'",
        "GET /drain, 405, application/json, '{\"status\":405,\"error\":\"this path takes POST\"}\n'",
        "GET /%zz, 400, application/json, '{\"status\":400,\"error\":\"Bad Request\"}\n'",
        "POST /drain, 403, application/json,"
                + " '{\"status\":403,\"error\":\"a change needs the header X-Highwater-Admin\"}\n'"
    })
    void answers(String line, int status, String type, String body) throws IOException {
        String answer = ask(start("127.0.0.1", null), "127.0.0.1", line, "localhost", "");
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("\r\nContent-Type: " + type + "\r\n")
                .contains("\r\nCache-Control: no-store\r\n")
                .endsWith("\r\n\r\n" + body)
                .doesNotContainIgnoringCase("jetty");
        assertThat(drains).hasValue(0);
    }

    @Test
    void drainsOverLoopbackAndIsReadyNoMore() throws IOException {
        AdminServer admin = start("127.0.0.1", null);
        assertThat(ask(admin, "127.0.0.1", "POST /drain", "localhost", "X-Highwater-Admin: 1\r\n"))
                .startsWith("HTTP/1.1 202 ");
        assertThat(drains).hasValue(1);
        assertThat(ask(admin, "127.0.0.1", "GET /health/ready", "localhost", ""))
                .startsWith("HTTP/1.1 503 ");
    }

    @Test
    void aForeignHostIsRefused() throws IOException {
        AdminServer admin = start("127.0.0.1", null);
        assertThat(
                        ask(
                                admin,
                                "127.0.0.1",
                                "POST /drain",
                                "evil.example",
                                "X-Highwater-Admin: 1\r\n"))
                .startsWith("HTTP/1.1 421 ")
                .endsWith(
                        "{\"status\":421,\"error\":\"the host 'evil.example' is not served here: name"
                                + " it in highwater.admin.allowed-hosts, or call localhost or an"
                                + " address\"}\n");
        for (String path : List.of("/metrics", "/clients/slow", "/nothing")) {
            assertThat(ask(admin, "127.0.0.1", "GET " + path, "evil.example:9090", ""))
                    .startsWith("HTTP/1.1 421 ");
        }
        assertThat(drains).hasValue(0);
    }

    @Test
    void offLoopbackOnlyTheTokenDrains() throws IOException {
        String address = outerAddress();
        String header = "X-Highwater-Admin: 1\r\nX-Forwarded-For: 127.0.0.1\r\n";
        try (AdminServer open = start("0.0.0.0", null)) {
            assertThat(ask(open, address, "POST /drain", "localhost", header))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("highwater.admin.token is not set");
        }
        try (AdminServer guarded = start("0.0.0.0", "s3cret")) {
            assertThat(ask(guarded, address, "POST /drain", "localhost", header))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(drains).hasValue(0);
            String token = header + "Authorization: Bearer s3cret\r\n";
            assertThat(ask(guarded, address, "POST /drain", "localhost", token))
                    .startsWith("HTTP/1.1 202 ");
            assertThat(drains).hasValue(1);
        }
    }

    @Test
    void offLoopbackProbesAndScrapesNeedNoTokenNorALoopbackHost() throws IOException {
        String address = outerAddress();
        AdminServer guarded = start("0.0.0.0", "s3cret");
        for (String path : List.of("/health/live", "/health/ready", "/metrics")) {
            assertThat(ask(guarded, address, "GET " + path, address + ":9090", ""))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aPortInUseIsOneLineWithThePortAndItsKey() throws IOException {
        int port = start("127.0.0.1", null).port();
        assertThatThrownBy(() -> newServer(new AdminSettings("127.0.0.1", port, null)).start())
                .isInstanceOf(ListenException.class)
                .hasMessage("port " + port + " is in use (highwater.admin.port)");
    }

    @Test
    void anAddressOfAnotherMachineIsOneLine() {
        // RFC 5737: for documentation, nobody's.
        assertThatThrownBy(() -> newServer(new AdminSettings("203.0.113.1", 0, null)).start())
                .isInstanceOf(ListenException.class)
                .hasMessageMatching("port 0 can't be listened on: .*highwater.admin.port\\)");
    }

    private static String ask(
            AdminServer admin, String address, String line, String host, String headers)
            throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName(address), admin.port())) {
            socket.setSoTimeout(10_000);
            String request =
                    line
                            + " HTTP/1.1\r\nHost: "
                            + host
                            + "\r\nConnection: close\r\n"
                            + headers
                            + (line.startsWith("POST") ? "Content-Length: 0\r\n\r\n" : "\r\n");
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** An address of this machine that isn't loopback; the test is skipped where there is none. */
    private static String outerAddress() throws SocketException {
        Optional<InetAddress> address =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                        .findFirst();
        Assumptions.assumeTrue(address.isPresent(), "this machine has only loopback addresses");
        return address.orElseThrow().getHostAddress();
    }
}
