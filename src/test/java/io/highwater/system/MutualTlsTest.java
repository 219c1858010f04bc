package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.testing.TestIssuer;
import io.highwater.testing.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of clients, made by the JDK's keytool. */
@Timeout(180)
final class MutualTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir private static Path folder;
    private TestServer server;

    @BeforeAll
    static void makeKeys() throws Exception {
        genkeypair("server", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1");
        genkeypair("meter", "CN=meter-17,O=Example");
        genkeypair("stranger", "CN=meter-17,O=Example");
        trust("trusted", "meter");
        trust("trusted", "server");
    }

    private static void genkeypair(String name, String subject, String... more) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                subject,
                                "-keystore",
                                file(name).toString()));
        command.addAll(List.of(more));
        keytool(command);
    }

    private static void trust(String store, String name) throws Exception {
        Path certificate = folder.resolve(name + ".cer");
        keytool(
                List.of(
                        "-exportcert",
                        "-alias",
                        name,
                        "-keystore",
                        file(name).toString(),
                        "-file",
                        certificate.toString()));
        keytool(
                List.of(
                        "-importcert",
                        "-noprompt",
                        "-alias",
                        name,
                        "-keystore",
                        file(store).toString(),
                        "-file",
                        certificate.toString()));
    }

    private static void keytool(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Path log = folder.resolve("keytool.log");
        Process keytool =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (keytool.waitFor() != 0) {
            throw new IOException(Files.readString(log));
        }
    }

    private static Path file(String name) {
        return folder.resolve(name + ".p12");
    }

    private void start(String need, String... more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("highwater.tls.keystore", file("server").toString());
        settings.put("highwater.tls.keystore-password", PASSWORD);
        settings.put("highwater.tls.client-auth", need);
        settings.put("highwater.tls.truststore", file("trusted").toString());
        settings.put("highwater.tls.truststore-password", PASSWORD);
        for (int i = 0; i < more.length; i += 2) {
            settings.put("highwater." + more[i], more[i + 1]);
        }
        server = TestServer.start(settings);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static KeyStore store(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file(name))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    /**
     * @param key whose key the client has; null for none
     */
    private static SSLContext tls(String key) throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("trusted"));
        TrustManager[] trusting = trust.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        if (key == null) {
            context.init(null, trusting, null);
        } else {
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store(key), PASSWORD.toCharArray());
            context.init(keys.getKeyManagers(), trusting, null);
        }
        return context;
    }

    /** The answer of an endpoint to who its client is. */
    private String who(String key, String... headers) throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        WebSocket.Builder builder =
                HttpClient.newBuilder().sslContext(tls(key)).build().newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        WebSocket socket =
                builder.buildAsync(
                                URI.create(
                                        "wss://localhost:"
                                                + server.https().getPort()
                                                + "/test/who"),
                                new WebSocket.Listener() {
                                    @Override
                                    public CompletionStage<?> onText(
                                            WebSocket from, CharSequence text, boolean last) {
                                        answers.add(text.toString());
                                        from.request(1);
                                        return null;
                                    }
                                })
                        .get(60, TimeUnit.SECONDS);
        socket.sendText("?", true);
        String answer = answers.poll(60, TimeUnit.SECONDS);
        socket.abort();
        return answer;
    }

    @Test
    void certificatesSubjectIsThePrincipal() throws Exception {
        start("need");
        assertThat(who("meter")).isEqualTo("CN=meter-17,O=Example");
    }

    @Test
    void clientWithoutACertificateIsRefusedWhereOneIsNeeded() {
        start("need");
        assertThatThrownBy(() -> who(null)).isInstanceOf(Exception.class);
    }

    @Test
    void clientWithoutACertificateIsNobodyWhereOneIsWanted() throws Exception {
        start("want");
        assertThat(who(null)).isEqualTo("nobody");
        assertThat(who("meter")).isEqualTo("CN=meter-17,O=Example");
    }

    /** Its name is right, but nobody vouches for it. */
    @Test
    void certificateOfAStrangerIsRefused() {
        start("want");
        assertThatThrownBy(() -> who("stranger")).isInstanceOf(Exception.class);
    }

    @Test
    void tokenComesBeforeTheCertificateWhichIsEnoughWhereOneIsRequired() throws Exception {
        try (TestIssuer issuer = new TestIssuer()) {
            start(
                    "want",
                    "auth.jwks-uri",
                    issuer.keysUri().toString(),
                    "auth.audience",
                    TestIssuer.AUDIENCE,
                    "auth.required",
                    "true");
            assertThat(who("meter", "Authorization", "Bearer " + issuer.token("u-17")))
                    .isEqualTo("u-17");
            assertThat(who("meter")).isEqualTo("CN=meter-17,O=Example");
            assertThatThrownBy(() -> who(null)).hasMessageContaining("WebSocketHandshake");
        }
    }
}
