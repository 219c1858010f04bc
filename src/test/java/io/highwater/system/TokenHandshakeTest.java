package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.SocketOverHttp2;
import io.highwater.testing.TestIssuer;
import io.highwater.testing.TestServer;
import io.highwater.testing.TestSocket;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Tokens in opening handshakes of a whole node, over both kinds of HTTP. */
@Timeout(180)
final class TokenHandshakeTest {
    private static final String WHO = "/test/who";
    private static final Duration GUARD = Duration.ofSeconds(60);

    enum Http {
        ONE {
            @Override
            TestSocket open(TestServer server, String path, String... headers) throws IOException {
                return SocketOverHttp1.openWith(server.http(), path, headers).reading();
            }
        },
        TWO {
            @Override
            TestSocket open(TestServer server, String path, String... headers) throws IOException {
                // The connection ends with the test's JVM.
                return SocketOverHttp2.connect(server.http()).openWith(path, headers);
            }
        };

        abstract TestSocket open(TestServer server, String path, String... headers)
                throws IOException;
    }

    private final TestIssuer issuer = new TestIssuer();
    private final List<String> secrets = new ArrayList<>();
    private TestServer server;

    private TestServer start(String... more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("highwater.auth.jwks-uri", issuer.keysUri().toString());
        settings.put("highwater.auth.issuer", TestIssuer.ISSUER);
        settings.put("highwater.auth.audience", TestIssuer.AUDIENCE);
        for (int i = 0; i < more.length; i += 2) {
            settings.put("highwater." + more[i], more[i + 1]);
        }
        server = TestServer.start(settings);
        return server;
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        issuer.close();
    }

    private String token(String subject) {
        String token = issuer.token(subject);
        secrets.add(token);
        return token;
    }

    private String who(Http http, String path, String... headers) throws Exception {
        try (TestSocket socket = http.open(server, path, headers)) {
            socket.text("?");
            return socket.next(GUARD).text();
        }
    }

    private TestSocket.Refused refused(Http http, String path, String... headers) {
        return catchThrowableOfType(
                TestSocket.Refused.class, () -> http.open(server, path, headers));
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    @ParameterizedTest
    @EnumSource
    void tokenInTheHeaderIsThePrincipal(Http http) throws Exception {
        start();
        assertThat(who(http, WHO, bearer(token("u-17")))).isEqualTo("u-17");
        assertThat(who(http, WHO, "Authorization: bearer  " + token("u-18"))).isEqualTo("u-18");
        assertThat(who(http, WHO)).isEqualTo("nobody");
    }

    @ParameterizedTest
    @EnumSource
    void handshakeWithoutATokenIsRefusedWhereOneIsRequired(Http http) {
        start("auth.required", "true");
        TestSocket.Refused refused = refused(http, WHO);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.challenge()).isEqualTo("Bearer realm=\"highwater\"");
        assertThat(refused(http, "/v1/ws", "Sec-WebSocket-Protocol: highwater.v1").status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @EnumSource
    void badTokenIsRefusedAlthoughNoneIsRequired(Http http) {
        start();
        JWTClaimsSet late =
                TestIssuer.claims("u-17")
                        .expirationTime(Date.from(Instant.now().minusSeconds(1)))
                        .build();
        TestSocket.Refused refused = refused(http, WHO, bearer(issuer.sign(late)));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.challenge())
                .isEqualTo(
                        "Bearer realm=\"highwater\", error=\"invalid_token\","
                                + " error_description=\"The token has expired.\"");
    }

    @ParameterizedTest
    @EnumSource
    void subprotocolCarriesATokenAndIsNotEchoed(Http http) throws Exception {
        start("auth.required", "true");
        String offer = "Sec-WebSocket-Protocol: highwater.bearer." + token("u-17") + ", test.who";
        assertThat(who(http, WHO, offer)).isEqualTo("u-17");
        try (SocketOverHttp1 socket = SocketOverHttp1.openWith(server.http(), WHO, offer)) {
            assertThat(socket.head())
                    .contains("Sec-WebSocket-Protocol: test.who\r\n")
                    .doesNotContain("bearer");
        }
    }

    @Test
    void tokenAloneIsNoSubprotocol() throws Exception {
        start();
        String offer = "Sec-WebSocket-Protocol: highwater.bearer." + token("u-17");
        try (SocketOverHttp1 socket = SocketOverHttp1.openWith(server.http(), WHO, offer)) {
            assertThat(socket.head()).doesNotContain("Sec-WebSocket-Protocol");
        }
        assertThat(refused(Http.ONE, "/v1/ws", offer).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @EnumSource
    void cookieNeedsAnOriginThatIsAllowed(Http http) throws Exception {
        start("auth.cookie", "session");
        String cookie = "Cookie: theme=dark; session=" + token("u-17") + "; other=1";
        assertThat(who(http, WHO, cookie, "Origin: " + server.http())).isEqualTo("u-17");
        assertThat(refused(http, WHO, cookie).status()).isEqualTo(403);
        assertThat(refused(http, WHO, cookie, "Origin: https://evil.example").status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @EnumSource
    void cookieOfAnotherNameIsNotLookedAt(Http http) throws Exception {
        start();
        assertThat(who(http, WHO, "Cookie: session=" + token("u-17"))).isEqualTo("nobody");
    }

    @ParameterizedTest
    @EnumSource
    void queryIsLookedAtOnlyIfConfigured(Http http) throws Exception {
        start("auth.query-parameter", "access_token");
        String query = "?a=b&access_token=" + token("u-17");
        assertThat(who(http, WHO + query)).isEqualTo("u-17");
        assertThat(who(http, WHO + "?token=" + token("u-18"))).isEqualTo("nobody");
    }

    @ParameterizedTest
    @EnumSource
    void differentTokensAreRefused(Http http) throws Exception {
        start();
        String first = token("u-17");
        String second = token("u-18");
        TestSocket.Refused refused =
                refused(
                        http,
                        WHO,
                        bearer(first),
                        "Sec-WebSocket-Protocol: test.who, highwater.bearer." + second);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.challenge()).contains("error=\"invalid_request\"");
        assertThat(refused(http, WHO, bearer(first), bearer(second)).status()).isEqualTo(400);
        assertThat(
                        who(
                                http,
                                WHO,
                                bearer(first),
                                "Sec-WebSocket-Protocol: test.who, highwater.bearer." + first))
                .isEqualTo("u-17");
    }

    private String withGroups(Object groups) {
        String token = issuer.sign(TestIssuer.claims("u-17").claim("groups", groups).build());
        secrets.add(token);
        return token;
    }

    @ParameterizedTest
    @EnumSource
    void rolesOfAClassAreNeededInTheHandshake(Http http) throws Exception {
        start();
        assertThat(refused(http, "/test/desk").status()).isEqualTo(403);
        assertThat(refused(http, "/test/desk", bearer(token("u-17"))).status()).isEqualTo(403);
        String other = withGroups(List.of("billing", "desks"));
        assertThat(refused(http, "/test/desk", bearer(other)).status()).isEqualTo(403);
        String desk = withGroups(List.of("billing", "desk"));
        assertThat(who(http, "/test/desk", bearer(desk)))
                .startsWith("? {")
                .contains("groups=[billing, desk]", "sub=u-17");
        assertThat(refused(http, "/test/denied", bearer(desk)).status()).isEqualTo(403);
        assertThat(refused(http, "/test/known").status()).isEqualTo(403);
    }

    @Test
    void roleOfAMethodRefusesTheMessageAndTheSessionLives() throws Exception {
        start();
        try (TestSocket socket =
                Http.ONE.open(server, "/test/desk", bearer(withGroups(List.of("desk"))))) {
            socket.binary(new byte[1]);
            assertThat(socket.next(GUARD).text()).isEqualTo("RoleRequiredException");
            socket.text("still");
            assertThat(socket.next(GUARD).text()).startsWith("still ");
        }
        try (TestSocket socket = Http.ONE.open(server, "/test/desk", bearer(withGroups("chief")))) {
            socket.binary(new byte[1]);
            assertThat(socket.next(GUARD).text()).isEqualTo("bytes");
        }
    }

    @Test
    void refusedMessageThatNoMethodIsToldOfEndsTheSession() throws Exception {
        start();
        try (TestSocket socket = Http.ONE.open(server, "/test/known", bearer(token("u-17")))) {
            socket.text("?");
            assertThat(socket.next(GUARD).closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void keysRotateAndNoHandshakeIsRefused() throws Exception {
        start("auth.required", "true");
        assertThat(who(Http.ONE, WHO, bearer(token("u-1")))).isEqualTo("u-1");
        ECKey before = issuer.key();
        issuer.rotate();
        assertThat(issuer.key()).isNotEqualTo(before);
        assertThat(who(Http.ONE, WHO, bearer(token("u-2")))).isEqualTo("u-2");
        issuer.stop();
        assertThat(who(Http.ONE, WHO, bearer(token("u-3")))).isEqualTo("u-3");
    }

    @Test
    void handshakeIsRefusedForNowWhileNoKeysAreKnown() throws Exception {
        issuer.answerWith(500);
        start();
        assertThat(refused(Http.ONE, WHO, bearer(token("u-17"))).status()).isEqualTo(503);
        assertThat(who(Http.ONE, WHO)).isEqualTo("nobody");
    }

    @Test
    void noLineOfTheLogHasAToken() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        AppenderBase<ILoggingEvent> appender =
                new AppenderBase<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        lines.add(
                                event.getFormattedMessage()
                                        + event.getKeyValuePairs()
                                        + event.getThrowableProxy());
                    }
                };
        appender.start();
        Logger root = (Logger) LoggerFactory.getLogger("io.highwater");
        Level before = root.getLevel();
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        try {
            start("auth.query-parameter", "access_token", "auth.cookie", "session");
            for (Http http : Http.values()) {
                who(http, WHO, bearer(token("u-1")));
                who(http, WHO + "?access_token=" + token("u-2"));
                who(http, WHO, "Sec-WebSocket-Protocol: test.who, highwater.bearer." + token("u"));
                who(http, WHO, "Cookie: session=" + token("u-3"), "Origin: " + server.http());
                String bad = token("u-4") + "A";
                refused(http, WHO, bearer(bad));
                refused(http, WHO + "?access_token=" + bad);
                refused(http, WHO, "Sec-WebSocket-Protocol: highwater.bearer." + bad);
                refused(http, WHO, "Cookie: session=" + bad);
                refused(http, WHO, "Cookie: session=" + bad, "Origin: https://evil.example");
                refused(http, "/missing?access_token=" + bad, bearer(bad));
                try (TestSocket socket = http.open(server, WHO + "?access_token=" + token("u-5"))) {
                    socket.text("x".repeat(70_000)); // Too large: the end of the session is logged.
                    assertThat(socket.next(GUARD).isClose()).isTrue();
                }
            }
        } finally {
            server.close();
            server = null;
            root.setLevel(before);
            root.detachAppender(appender);
        }
        assertThat(lines).isNotEmpty().anyMatch(line -> line.contains("handshake_refused"));
        for (String secret : secrets) {
            // Each part alone would be enough to find it.
            String signature = secret.substring(secret.lastIndexOf('.') + 1);
            String claims = secret.split("\\.")[1];
            assertThat(lines).noneMatch(line -> line.contains(signature) || line.contains(claims));
        }
    }
}
