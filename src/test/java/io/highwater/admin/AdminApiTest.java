package io.highwater.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminApiTest {
    private static final Map<String, List<String>> ALLOWED =
            Map.of("X-Highwater-Admin", List.of("1"), "Host", List.of("127.0.0.1:9090"));

    private final FakeActions actions = new FakeActions();
    private final AdminApi open = api(null);
    private final AdminApi guarded = api("s3cret-token");

    private AdminApi api(@Nullable String token) {
        return new AdminApi(new AdminSettings("0.0.0.0", 0, token), actions);
    }

    @Test
    void drainsFromLoopbackWithTheHeader() {
        AdminResponse answer = open.handle(post(ALLOWED, Peer.LOOPBACK));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"status\":\"draining\"}\n");
        assertThat(actions.drains).isEqualTo(1);
    }

    @Test
    void withoutTheHeaderNothingChanges() {
        refused(
                open.handle(post(Map.of("Host", List.of("localhost")), Peer.LOOPBACK)),
                403,
                "X-Highwater-Admin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:9090",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "1127.0.0.1",
                "127.0.0.1@evil.example",
                "localhost:9090:80",
                "::1",
                "evil\"example",
                ""
            })
    void aForeignHostIsRefusedOnEveryPath(String host) {
        Map<String, List<String>> headers =
                Map.of("X-Highwater-Admin", List.of("1"), "Host", List.of(host));
        for (String path :
                List.of(
                        "/metrics",
                        "/health/live",
                        "/health/ready",
                        "/clients/slow",
                        "/drain",
                        "/nothing")) {
            String method = path.equals("/drain") ? "POST" : "GET";
            refused(
                    guarded.handle(new FakeRequest(method, path, headers, Peer.LOOPBACK)),
                    421,
                    "the host '" + host.replace("\"", "\\\"") + "' is not served here");
            refused(
                    guarded.handle(new FakeRequest(method, path, headers, Peer.REMOTE)),
                    421,
                    "highwater.admin.allowed-hosts");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.42.0.17:9090",
                "203.0.113.9",
                "[2001:db8::5]:9090",
                "localhost:9090",
                "Node7.Example",
                "metrics.example:80",
                "A.B.Monitoring.example:9090"
            })
    void addressesAndTheNamesThatAreConfiguredMayRead(String host) {
        AdminApi listed =
                new AdminApi(
                        new AdminSettings(
                                "node7.example",
                                0,
                                null,
                                List.of("Metrics.example", "*.monitoring.example")),
                        actions);
        assertThat(listed.handle(read(host)).status()).isEqualTo(200);
        assertThat(listed.handle(read("monitoring.example")).status()).isEqualTo(421);
        assertThat(listed.handle(read("evilmetrics.example")).status()).isEqualTo(421);
    }

    private static AdminRequest read(String host) {
        return new FakeRequest("GET", "/metrics", Map.of("Host", List.of(host)), Peer.REMOTE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::2]", "0.0.0.0", "10.0.0.1:9090"})
    void aForeignAddressChangesNothing(String host) {
        refused(
                open.handle(
                        post(
                                Map.of("X-Highwater-Admin", List.of("1"), "Host", List.of(host)),
                                Peer.LOOPBACK)),
                403,
                "loopback Host");
    }

    @Test
    void twoHostsOrNoneChangeNothing() {
        refused(
                open.handle(post(Map.of("X-Highwater-Admin", List.of("1")), Peer.LOOPBACK)),
                403,
                "loopback Host");
        refused(
                open.handle(
                        post(
                                Map.of(
                                        "X-Highwater-Admin",
                                        List.of("1"),
                                        "Host",
                                        List.of("localhost", "localhost")),
                                Peer.LOOPBACK)),
                421,
                "localhost, localhost");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:1",
                "127.0.0.1",
                "127.1.2.3:65535",
                "[::1]",
                "[::1]:9090"
            })
    void loopbackHostsMayChange(String host) {
        AdminRequest request =
                post(
                        Map.of("X-Highwater-Admin", List.of(""), "Host", List.of(host)),
                        Peer.LOOPBACK);
        assertThat(open.handle(request).status()).isEqualTo(202);
    }

    @Test
    void offLoopbackWithoutATokenIsRefusedWithTheReason() {
        refused(open.handle(post(ALLOWED, Peer.REMOTE)), 403, "highwater.admin.token is not set");
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer s3cret-token, 202",
        "bearer s3cret-token, 202",
        "Bearer s3cret-tokem, 401",
        "Bearer s3cret-toke, 401",
        "Bearer s3cret-token2, 401",
        "Bearer, 401",
        "Basic s3cret-token, 401",
        "s3cret-token, 401"
    })
    void offLoopbackTheTokenDecides(String authorization, int status) {
        AdminResponse answer =
                guarded.handle(post(with("Authorization", List.of(authorization)), Peer.REMOTE));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(actions.drains).isEqualTo(status == 202 ? 1 : 0);
        assertThat(answer.headers().containsKey("WWW-Authenticate")).isEqualTo(status == 401);
    }

    @Test
    void twoAuthorizationsAreNone() {
        refused(
                guarded.handle(
                        post(
                                with(
                                        "Authorization",
                                        List.of("Bearer s3cret-token", "Bearer s3cret-token")),
                                Peer.REMOTE)),
                401,
                "token");
    }

    @Test
    void forwardedHeadersChangeNothing() {
        for (String header : List.of("X-Forwarded-For", "Forwarded", "X-Real-IP")) {
            refused(
                    guarded.handle(
                            post(with(header, List.of("127.0.0.1", "for=127.0.0.1")), Peer.REMOTE)),
                    401,
                    "token");
        }
    }

    @Test
    void fromLoopbackNoTokenIsNeeded() {
        assertThat(guarded.handle(post(ALLOWED, Peer.LOOPBACK)).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({"/health/live, true, 200, live", "/health/live, false, 503, not live"})
    void liveness(String path, boolean live, int status, String word) {
        actions.live = live;
        assertState(path, status, word);
    }

    @ParameterizedTest
    @CsvSource({"/health/ready, true, 200, ready", "/health/ready, false, 503, not ready"})
    void readiness(String path, boolean ready, int status, String word) {
        actions.ready = ready;
        assertState(path, status, word);
    }

    @ParameterizedTest
    @CsvSource({
        "verbose, true, 200, ready",
        "verbose=, true, 200, ready",
        "a=b&verbose, true, 200, ready",
        "verbose, false, 503, not ready"
    })
    void whoAsksForItIsToldHowTheNodesPartsAre(
            String query, boolean ready, int status, String word) {
        actions.ready = ready;
        actions.parts =
                List.of(
                        new PartHealth("backbone", "unavailable", "redis://[::1]: no \"answer\""),
                        new PartHealth("archive", "available", "in /data"));
        AdminResponse answer =
                open.handle(new FakeRequest("GET", "/health/ready", query, Map.of(), Peer.REMOTE));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(answer.body())
                .isEqualTo(
                        "{\"status\":\""
                                + word
                                + "\",\"parts\":[{\"part\":\"backbone\",\"state\":\"unavailable\","
                                + "\"detail\":\"redis://[::1]: no \\\"answer\\\"\"},"
                                + "{\"part\":\"archive\",\"state\":\"available\","
                                + "\"detail\":\"in /data\"}]}\n");
    }

    private void assertState(String path, int status, String word) {
        AdminResponse answer = open.handle(new FakeRequest("GET", path, Map.of(), Peer.REMOTE));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo("{\"status\":\"" + word + "\"}\n");
        assertThat(answer.contentType()).isEqualTo("application/json");
    }

    @Test
    void slowClientsAreShownAsJson() {
        String path = "/clients/slow";
        AdminResponse none = open.handle(new FakeRequest("GET", path, Map.of(), Peer.REMOTE));
        assertThat(none.contentType()).isEqualTo("application/json");
        assertThat(none.body()).isEqualTo("{\"slow\":0,\"clients\":[]}\n");
        // The id may be what a client calls itself.
        actions.slow =
                new SlowClients(
                        31,
                        List.of(
                                new SlowClients.Client(
                                        "a\"b\\\n<",
                                        "[::1]:7",
                                        "LATEST",
                                        80,
                                        9000,
                                        78,
                                        12000,
                                        1500)));
        assertThat(open.handle(new FakeRequest("GET", path, Map.of(), Peer.REMOTE)).body())
                .isEqualTo(
                        "{\"slow\":31,\"clients\":[{\"id\":\"a\\\"b\\\\\\n<\","
                                + "\"address\":\"[::1]:7\",\"policy\":\"LATEST\","
                                + "\"queuedMessages\":80,\"queuedBytes\":9000,"
                                + "\"unsentMessages\":78,\"retainedBytes\":12000,"
                                + "\"aboveLowWaterMillis\":1500}]}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "| text/plain; version=0.0.4; charset=utf-8 | PROMETHEUS",
                "text/html,*/* | text/plain; version=0.0.4; charset=utf-8 | PROMETHEUS",
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2"
                        + " | application/openmetrics-text; version=1.0.0; charset=utf-8"
                        + " | OPENMETRICS"
            })
    void metricsComeInTheFormatAskedFor(@Nullable String accept, String type, String body) {
        Map<String, List<String>> headers =
                accept == null ? Map.of() : Map.of("Accept", List.of(accept));
        AdminResponse answer =
                open.handle(new FakeRequest("GET", "/metrics", headers, Peer.REMOTE));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo(type);
        assertThat(answer.body()).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 404, ''",
        "GET, /metrics/, 404, ''",
        "GET, /DRAIN, 404, ''",
        "POST, /clients/slow, 405, 'GET, HEAD'",
        "POST, /metrics, 405, 'GET, HEAD'",
        "DELETE, /health/ready, 405, 'GET, HEAD'",
        "GET, /drain, 405, POST",
        "HEAD, /drain, 405, POST",
        "HEAD, /health/live, 200, ''"
    })
    void otherPathsAndMethods(String method, String path, int status, String allow) {
        AdminResponse answer = open.handle(new FakeRequest(method, path, ALLOWED, Peer.LOOPBACK));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers().getOrDefault("Allow", "")).isEqualTo(allow);
        assertThat(actions.drains).isZero();
    }

    private void refused(AdminResponse answer, int status, String words) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{\"status\":" + status + ",").contains(words);
        assertThat(actions.drains).isZero();
    }

    private static AdminRequest post(Map<String, List<String>> headers, Peer peer) {
        return new FakeRequest("POST", "/drain", headers, peer);
    }

    private static Map<String, List<String>> with(String name, List<String> values) {
        Map<String, List<String>> headers = new java.util.HashMap<>(ALLOWED);
        headers.put(name, values);
        return headers;
    }

    private enum Peer {
        LOOPBACK,
        REMOTE
    }

    private record FakeRequest(
            String method, String path, String query, Map<String, List<String>> headers, Peer peer)
            implements AdminRequest {
        FakeRequest(String method, String path, Map<String, List<String>> headers, Peer peer) {
            this(method, path, "", headers, peer);
        }

        @Override
        public List<String> headers(String name) {
            return headers.getOrDefault(name, List.of());
        }

        @Override
        public boolean isFromLoopback() {
            return peer == Peer.LOOPBACK;
        }
    }

    private static final class FakeActions implements AdminActions {
        List<PartHealth> parts = List.of();
        boolean live = true;
        boolean ready = true;
        int drains;
        SlowClients slow = new SlowClients(0, List.of());

        @Override
        public String metrics(MetricsFormat format) {
            return format.name();
        }

        @Override
        public SlowClients slowClients() {
            return slow;
        }

        @Override
        public boolean isLive() {
            return live;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public List<PartHealth> parts() {
            return parts;
        }

        @Override
        public void drain() {
            drains++;
        }
    }
}
