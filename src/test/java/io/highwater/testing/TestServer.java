package io.highwater.testing;

import io.highwater.Highwater;
import io.highwater.config.ConfigException;
import io.highwater.config.HighwaterConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A whole node in the test's own JVM, on free ports, with TLS and the endpoints of {@link
 * TestEndpoints}; its handshake limits are raised, since all clients have one address, and it sends
 * no Pings, which a client that reads nothing would not answer. Thread-safe.
 */
public final class TestServer implements AutoCloseable {
    private final Highwater node;

    private TestServer(Highwater node) {
        this.node = node;
    }

    public static TestServer start() {
        return start(Map.of());
    }

    /** Starts a server whose {@link #http()} has this port, as after a restart. */
    public static TestServer startOn(int httpPort) {
        return start(Map.of("highwater.port", String.valueOf(httpPort)));
    }

    /**
     * @param settings what differs from the defaults, by configuration key
     */
    public static TestServer start(Map<String, String> settings) {
        try {
            TestCertificate certificate = TestCertificate.shared();
            Map<String, String> all = new HashMap<>();
            all.put("highwater.port", "0");
            all.put("highwater.tls.port", "0");
            all.put("highwater.admin.port", "0");
            all.put("highwater.tls.keystore", certificate.file().toString());
            all.put("highwater.tls.keystore-password", certificate.password());
            all.put("highwater.handshake.rate-per-ip", "100000");
            all.put("highwater.handshake.burst-per-ip", "100000");
            all.put("highwater.handshake.streams-per-second", "100000");
            all.put("highwater.handshake.streams-burst", "100000");
            all.put("highwater.limits.connections-per-second", "100000");
            all.put("highwater.limits.connections-burst", "100000");
            all.put("highwater.limits.address-share", "1");
            all.put("highwater.keepalive.ping-interval", "0");
            all.put("highwater.keepalive.idle-timeout", "1h");
            all.putAll(settings);
            return new TestServer(Highwater.start(HighwaterConfig.of(all)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(String.join("\n", e.problems()), e);
        }
    }

    /** HTTP/1.1 and h2c, without a path: {@code http://127.0.0.1:PORT}. */
    public URI http() {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    /** HTTP/1.1 and h2 by ALPN, with a self-signed certificate. */
    public URI https() {
        return URI.create("https://127.0.0.1:" + node.tlsPort().orElseThrow());
    }

    public URI admin() {
        return URI.create("http://127.0.0.1:" + node.adminPort());
    }

    public Highwater node() {
        return node;
    }

    @Override
    public void close() {
        node.close();
    }

    /** Made by the JDK's keytool, once a JVM. */
    record TestCertificate(Path file, String password) {
        private static volatile TestCertificate shared;

        static synchronized TestCertificate shared() throws IOException {
            if (shared == null) {
                shared = make();
            }
            return shared;
        }

        private static TestCertificate make() throws IOException {
            Path folder = Files.createTempDirectory("highwater-test");
            Path file = folder.resolve("test.p12");
            String password = "changeit";
            Process keytool =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "keytool")
                                            .toString(),
                                    "-genkeypair",
                                    "-keyalg",
                                    "EC",
                                    "-groupname",
                                    "secp256r1",
                                    "-dname",
                                    "CN=localhost",
                                    "-ext",
                                    "SAN=dns:localhost,ip:127.0.0.1",
                                    "-storetype",
                                    "PKCS12",
                                    "-storepass",
                                    password,
                                    "-keystore",
                                    file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("log").toFile())
                            .start();
            try {
                if (keytool.waitFor() != 0) {
                    throw new IOException(Files.readString(folder.resolve("log")));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("keytool was interrupted", e);
            }
            return new TestCertificate(file, password);
        }
    }
}
