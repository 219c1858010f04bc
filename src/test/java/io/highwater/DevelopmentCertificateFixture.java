package io.highwater;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** A real keystore for tests. */
final class DevelopmentCertificateFixture {
    static final String PASSWORD = "highwater-development";

    private final DevelopmentCertificate certificate;

    DevelopmentCertificateFixture(Path directory) {
        certificate = new DevelopmentCertificate(directory.resolve("tls"), Clock.systemUTC());
    }

    Path keystore() throws IOException {
        certificate.flags();
        return certificate.file();
    }
}
