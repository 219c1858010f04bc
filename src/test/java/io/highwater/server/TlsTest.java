package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
    private Path folder;
    private ServerSettings.Keystore keystore;
    private HttpServer server;

    @BeforeAll
    void start(@TempDir Path made) throws Exception {
        folder = made;
        keystore = Certificates.create(folder);
        server = newServer(keystore);
        server.start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static HttpServer newServer(ServerSettings.Keystore keystore) {
        return HttpServerTest.newServer(
                ServerSettings.defaults().withPort(0).withTls(0, keystore), new AtomicInteger());
    }

    @ParameterizedTest
    @EnumSource
    void alpnChoosesTheVersion(HttpClient.Version version) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(Certificates.trusting(keystore)).build();
        HttpResponse<String> page =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "https://localhost:" + server.tlsPort().getAsInt()))
                                .version(version)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.version()).isEqualTo(version);
        assertThat(page.headers().firstValue("content-security-policy")).isPresent();
        assertThat(page.headers().firstValue("server")).isEmpty();
    }

    @Test
    void aNameThatIsNotInTheCertificateIsServed() throws Exception {
        try (SSLSocket socket = connect("TLSv1.3", "http/1.1")) {
            socket.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n"
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(
                            new String(
                                    socket.getInputStream().readAllBytes(),
                                    java.nio.charset.StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothModernTlsVersionsSpeakH2(String version) throws Exception {
        try (SSLSocket socket = connect(version, "h2", "http/1.1")) {
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
        }
    }

    @Test
    void aClientWithNoProtocolInCommonIsRefused() throws Exception {
        try (SSLSocket socket = connect("TLSv1.3", "spdy/3")) {
            assertThatThrownBy(
                            () -> {
                                socket.startHandshake();
                                socket.getInputStream().read();
                            })
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void aWrongPasswordNamesItsKeyAndNotItself() {
        var wrong = new ServerSettings.Keystore(keystore.path(), "hunter2");
        assertThatThrownBy(() -> newServer(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("highwater.tls.keystore-password: does not open " + keystore.path());
    }

    @Test
    void aFileThatIsNoKeystoreNamesKeyAndFile() throws IOException {
        Path junk = Files.writeString(folder.resolve("junk.p12"), "no keys in here");
        Path missing = folder.resolve("missing.p12");
        for (Path file : new Path[] {junk, missing}) {
            assertThatThrownBy(() -> newServer(new ServerSettings.Keystore(file, "hunter2")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("highwater.tls.keystore: " + file + " ")
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void aTlsPortInUseNamesItsKeyAndFreesTheOther() throws Exception {
        int taken = server.tlsPort().getAsInt();
        HttpServer second =
                HttpServerTest.newServer(
                        ServerSettings.defaults().withPort(0).withTls(taken, keystore),
                        new AtomicInteger());
        assertThatThrownBy(second::start)
                .isInstanceOf(ListenException.class)
                .hasMessage("port " + taken + " is in use (highwater.tls.port)");
        assertThat(second.port()).as("closed again").isNegative();
    }

    private SSLSocket connect(String version, String... protocols) throws Exception {
        SSLSocket socket =
                (SSLSocket)
                        Certificates.trusting(keystore)
                                .getSocketFactory()
                                .createSocket("localhost", server.tlsPort().getAsInt());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        parameters.setProtocols(new String[] {version});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        return socket;
    }
}
