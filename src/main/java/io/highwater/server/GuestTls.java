package io.highwater.server;

import io.highwater.server.Guest.Phase;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS as Jetty speaks it, but that agreeing on it has a deadline and is in the account; then it
 * keeps nothing of ours but the place of a reference. Thread-safe as Jetty's.
 */
final class GuestTls extends SslConnection {
    /** Of the JDK's engine while it agrees, beside the connection. */
    static final int HANDSHAKE_BYTES = 20_000;

    private static final String NONE_YET = "SSL_NULL_WITH_NULL_NULL";

    private final Edge edge;

    /** Null once it is agreed on. Confined to who reads, one at a time, and to the close. */
    private volatile @Nullable Guest guest;

    GuestTls(
            Connector connector,
            SslContextFactory.Server tls,
            EndPoint endPoint,
            SSLEngine engine,
            GuestTlsFactory factory,
            Edge edge) {
        super(
                connector.getByteBufferPool(),
                connector.getExecutor(),
                tls,
                endPoint,
                engine,
                factory.isDirectBuffersForEncryption(),
                factory.isDirectBuffersForDecryption());
        this.edge = edge;
    }

    @Override
    public void onOpen() {
        Guest agreeing = new TlsGuest(edge, getEndPoint());
        guest = agreeing;
        agreeing.arrive(HANDSHAKE_BYTES, edge.settings().tlsHandshakeTimeout().toNanos());
        super.onOpen();
    }

    @Override
    public void onFillable() {
        super.onFillable();
        Guest agreeing = guest;
        if (agreeing != null && isAgreed()) {
            guest = null;
            agreeing.leave();
            if (getSslEndPoint().getConnection() instanceof GuestHttp http) {
                http.onSecured();
            }
        }
    }

    /** A listener of Jetty's would stay as long as the connection. */
    private boolean isAgreed() {
        SSLEngine engine = getSSLEngine();
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getCipherSuite().equals(NONE_YET);
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        Guest agreeing = guest;
        guest = null;
        if (agreeing != null) {
            agreeing.leave();
        }
        super.onClose(cause);
    }

    private static final class TlsGuest extends Guest {
        TlsGuest(Edge edge, EndPoint endPoint) {
            super(edge, endPoint, Phase.SECURING);
        }

        @Override
        boolean isStalled() {
            return true;
        }

        @Override
        boolean hasBegun() {
            return false;
        }

        @Override
        void tellLate(EndPoint to) {}
    }
}
