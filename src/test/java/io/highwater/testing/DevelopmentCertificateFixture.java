package io.highwater.testing;

import io.highwater.server.tls.DevelopmentCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** A real keystore for tests. */
public final class DevelopmentCertificateFixture {
    public static final String PASSWORD = "highwater-development";

    private final DevelopmentCertificate certificate;

    public DevelopmentCertificateFixture(Path directory) {
        certificate = new DevelopmentCertificate(directory.resolve("tls"), Clock.systemUTC());
    }

    public Path keystore() throws IOException {
        certificate.flags();
        return certificate.file();
    }
}
