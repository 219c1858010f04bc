package io.highwater.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.config.HighwaterConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DevelopmentCertificateTest {
    private static final Clock NOW = Clock.systemUTC();

    @TempDir private Path home;

    @Test
    void isForLocalhostAndTheLoopbackAddresses() throws Exception {
        DevelopmentCertificate certificate = at(NOW);

        Map<String, String> flags = certificate.flags();

        KeyStore store =
                KeyStore.getInstance(
                        certificate.file().toFile(),
                        flags.get("highwater.tls.keystore-password").toCharArray());
        X509Certificate x509 = (X509Certificate) store.getCertificate("localhost");
        assertThat(x509.getSubjectAlternativeNames().stream().map(List::toString))
                .containsExactlyInAnyOrder(
                        "[2, localhost]", "[7, 127.0.0.1]", "[7, 0:0:0:0:0:0:0:1]");
        assertThat(HighwaterConfig.of(flags).server().keystore()).isNotNull();
    }

    @Test
    void onlyTheUserMayReadItsDirectory() throws Exception {
        DevelopmentCertificate certificate = at(NOW);
        certificate.flags();

        assertThat(Files.getPosixFilePermissions(certificate.file().getParent()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(certificate.file()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (var files = Files.list(certificate.file().getParent())) {
            assertThat(files).containsExactly(certificate.file());
        }
    }

    @Test
    void isUsedAgainUntilItIsAboutToEnd() throws Exception {
        DevelopmentCertificate certificate = at(NOW);
        certificate.flags();
        byte[] first = Files.readAllBytes(certificate.file());

        at(Clock.offset(NOW, Duration.ofDays(363))).flags();
        assertThat(Files.readAllBytes(certificate.file())).isEqualTo(first);

        at(Clock.offset(NOW, Duration.ofHours(364 * 24 + 12))).flags();
        assertThat(Files.readAllBytes(certificate.file())).isNotEqualTo(first);
    }

    @Test
    void brokenFileIsReplaced() throws Exception {
        DevelopmentCertificate certificate = at(NOW);
        Files.createDirectories(certificate.file().getParent());
        Files.writeString(certificate.file(), "half");

        assertThat(HighwaterConfig.of(certificate.flags()).server().keystore()).isNotNull();
    }

    @Test
    void stateDirectoryOfTheUserHoldsIt() {
        assertThat(DevelopmentCertificate.directory(Map.of("XDG_STATE_HOME", "/state"), "/home/a"))
                .isEqualTo(Path.of("/state/highwater"));
        assertThat(DevelopmentCertificate.directory(Map.of(), "/home/a"))
                .isEqualTo(Path.of("/home/a/.highwater"));
    }

    private DevelopmentCertificate at(Clock clock) {
        return new DevelopmentCertificate(home.resolve("state dir"), clock);
    }
}
