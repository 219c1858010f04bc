package io.highwater.server.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A self-signed certificate for localhost, for trying TLS on one's own machine. The JDK's keytool
 * creates it in a directory that only the user can read. It is reused as long as it is valid for
 * another day. Not thread-safe.
 */
public final class DevelopmentCertificate {
    private static final String FILE = "localhost.p12";
    private static final String ALIAS = "localhost";
    private static final String PASSWORD_VARIABLE = "HIGHWATER_KEYTOOL_PASSWORD";

    /** Protects nothing, the directory's permissions do; but keytool requires a password. */
    private static final String PASSWORD = "highwater-development";

    private static final Duration LEAST_VALIDITY = Duration.ofDays(1);
    private static final int KEYTOOL_SECONDS = 60;

    private final Path directory;
    private final Clock clock;

    public DevelopmentCertificate(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** The certificate in {@code $XDG_STATE_HOME/highwater}, or {@code ~/.highwater}. */
    public static DevelopmentCertificate ofUser() {
        return new DevelopmentCertificate(
                directory(System.getenv(), System.getProperty("user.home")), Clock.systemUTC());
    }

    static Path directory(Map<String, String> environment, String home) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        return state.isEmpty() ? Path.of(home, ".highwater") : Path.of(state, "highwater");
    }

    public Path file() {
        return directory.resolve(FILE);
    }

    /**
     * The settings that point to it, as flags; creates the certificate if there is no valid one.
     */
    public Map<String, String> flags() throws IOException {
        if (!isValid()) {
            make();
        }
        return Map.of(
                "highwater.tls.keystore",
                file().toString(),
                "highwater.tls.keystore-password",
                PASSWORD);
    }

    private boolean isValid() {
        if (!Files.exists(file())) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            if (!(store.getCertificate(ALIAS) instanceof X509Certificate certificate)) {
                return false;
            }
            certificate.checkValidity(Date.from(clock.instant().plus(LEAST_VALIDITY)));
            return true;
        } catch (IOException | GeneralSecurityException unusable) {
            return false; // A new one is created.
        }
    }

    private void make() throws IOException {
        makePrivateDirectory();
        // Written to a temporary file first: if keytool dies or two nodes start, no partial
        // keystore remains.
        Path fresh = directory.resolve(FILE + "." + ProcessHandle.current().pid());
        Files.deleteIfExists(fresh);
        runKeytool(fresh);
        onlyForTheUser(fresh, "rw-------");
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void makePrivateDirectory() throws IOException {
        Files.createDirectories(directory);
        onlyForTheUser(directory, "rwx------");
    }

    private static void onlyForTheUser(Path path, String permissions) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }

    private void runKeytool(Path keystore) throws IOException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "365",
                        "-dname",
                        "CN=localhost, O=Highwater development",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1,ip:::1",
                        "-storetype",
                        "PKCS12",
                        "-storepass:env",
                        PASSWORD_VARIABLE,
                        "-keystore",
                        keystore.toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(PASSWORD_VARIABLE, PASSWORD);
        Process keytool = builder.start();
        keytool.getOutputStream().close();
        try {
            String output =
                    new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("keytool made no certificate: " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool makes a certificate", e);
        } finally {
            keytool.destroyForcibly();
        }
    }
}
