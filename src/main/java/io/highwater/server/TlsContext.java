package io.highwater.server;

import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import org.eclipse.jetty.http2.HTTP2Cipher;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** Turns a keystore file into Jetty's TLS settings, or reports in one line why it can't. */
final class TlsContext {
    private TlsContext() {}

    /**
     * @throws IllegalArgumentException if it can't be used; names the key and the file, never the
     *     password
     */
    static SslContextFactory.Server of(ServerSettings.Keystore keystore) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(load(keystore));
        tls.setKeyStorePassword(keystore.password());
        tls.setKeyManagerPassword(keystore.password());
        tls.setCipherComparator(HTTP2Cipher.COMPARATOR);
        tls.setUseCipherSuitesOrder(true);
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        askClients(tls, keystore.clients());
        return tls;
    }

    /** Asks clients for certificates, if they are to have any. */
    static void askClients(
            SslContextFactory.Server tls, ServerSettings.@Nullable ClientCertificates clients) {
        if (clients != null) {
            tls.setTrustStore(trusted(clients));
            tls.setWantClientAuth(true);
            tls.setNeedClientAuth(clients.need() == ServerSettings.ClientCertificates.Need.NEED);
        }
    }

    private static KeyStore trusted(ServerSettings.ClientCertificates clients) {
        try {
            return KeyStore.getInstance(
                    clients.truststore().toFile(), clients.password().toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "highwater.tls.truststore: "
                            + clients.truststore()
                            + " is not a PKCS12 or JKS file that highwater.tls.truststore-password"
                            + " opens",
                    e);
        }
    }

    static KeyStore load(ServerSettings.Keystore keystore) {
        if (!Files.isRegularFile(keystore.path())) {
            throw new IllegalArgumentException(
                    "highwater.tls.keystore: " + keystore.path() + " is not a file");
        }
        try {
            // Detects whether the file is PKCS#12 or JKS.
            KeyStore store =
                    KeyStore.getInstance(
                            keystore.path().toFile(), keystore.password().toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    return store;
                }
            }
            throw new IllegalArgumentException(
                    "highwater.tls.keystore: " + keystore.path() + " holds no private key");
        } catch (IOException | GeneralSecurityException e) {
            boolean password = e.getCause() instanceof java.security.UnrecoverableKeyException;
            throw new IllegalArgumentException(
                    password
                            ? "highwater.tls.keystore-password: does not open " + keystore.path()
                            : "highwater.tls.keystore: "
                                    + keystore.path()
                                    + " can't be read as a keystore: "
                                    + e.getMessage(),
                    e);
        }
    }
}
