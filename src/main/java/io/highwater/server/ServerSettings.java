package io.highwater.server;

import io.highwater.time.Durations;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the data ports listen, and the limits of a TCP connection. Immutable.
 *
 * @param port {@code highwater.port}: HTTP/1.1 and h2c; 0 means any free port. Default 8080
 * @param tlsPort {@code highwater.tls.port}: the same over TLS, if there is a keystore; 0 means any
 *     free port. Default 8443
 * @param keystore the certificate; null means no TLS port
 * @param socketBufferBytes {@code highwater.outbound.socket-buffer}: SO_SNDBUF of accepted
 *     connections, the kernel's part of what a slow reader can make us keep. Default 128 KiB
 * @param idleTimeout how long an HTTP connection without a WebSocket may be quiet. Default 30 s
 * @param edge what a connection may take before it is a WebSocket
 */
public record ServerSettings(
        int port,
        int tlsPort,
        @Nullable Keystore keystore,
        int socketBufferBytes,
        Duration idleTimeout,
        EdgeSettings edge) {
    private static final int MIN_SOCKET_BUFFER_BYTES = 4 << 10;
    private static final int MAX_SOCKET_BUFFER_BYTES = 16 << 20;
    private static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(1);

    public ServerSettings {
        port("highwater.port", port);
        port("highwater.tls.port", tlsPort);
        if (keystore != null && port != 0 && port == tlsPort) {
            throw new IllegalArgumentException(
                    "highwater.tls.port: " + tlsPort + " is highwater.port too; they must differ");
        }
        if (socketBufferBytes < MIN_SOCKET_BUFFER_BYTES
                || socketBufferBytes > MAX_SOCKET_BUFFER_BYTES) {
            throw new IllegalArgumentException(
                    "highwater.outbound.socket-buffer: "
                            + socketBufferBytes
                            + " is not between 4KiB and 16MiB");
        }
        if (idleTimeout.toMillis() < 1 || idleTimeout.compareTo(MAX_IDLE_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "the HTTP idle timeout: "
                            + Durations.text(idleTimeout)
                            + " is not between 1ms and 1d");
        }
    }

    /**
     * A PKCS#12 or JKS file with a private key, and what clients need for this port.
     *
     * @param path {@code highwater.tls.keystore}
     * @param password {@code highwater.tls.keystore-password}, of the file and of its keys; never
     *     printed
     * @param clients null if clients are not asked for certificates
     */
    public record Keystore(Path path, String password, @Nullable ClientCertificates clients) {
        public Keystore(Path path, String password) {
            this(path, password, null);
        }

        @Override
        public String toString() {
            return "Keystore[path=" + path + ", password=***, clients=" + clients + "]";
        }
    }

    /**
     * Whether clients need certificates (mutual TLS), and whose certificates are trusted.
     *
     * @param need {@code highwater.tls.client-auth}: NEED refuses a client without a certificate in
     *     its TLS handshake
     * @param truststore {@code highwater.tls.truststore}: a PKCS#12 or JKS file with certificates
     * @param password {@code highwater.tls.truststore-password}; never printed
     */
    public record ClientCertificates(Need need, Path truststore, String password) {
        /** What a client without a certificate gets. */
        public enum Need {
            /** The client is let in; it may say by a token who it is. */
            WANT,
            /** The client is refused. */
            NEED
        }

        @Override
        public String toString() {
            return need + " by " + truststore;
        }
    }

    public static ServerSettings defaults() {
        return new ServerSettings(
                8080, 8443, null, 128 << 10, Duration.ofSeconds(30), EdgeSettings.defaults());
    }

    public ServerSettings withPort(int other) {
        return new ServerSettings(other, tlsPort, keystore, socketBufferBytes, idleTimeout, edge);
    }

    public ServerSettings withTls(int otherPort, Keystore other) {
        return new ServerSettings(port, otherPort, other, socketBufferBytes, idleTimeout, edge);
    }

    public ServerSettings withIdleTimeout(Duration other) {
        return new ServerSettings(port, tlsPort, keystore, socketBufferBytes, other, edge);
    }

    private static void port(String key, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(key + ": " + port + " is not between 0 and 65535");
        }
    }
}
