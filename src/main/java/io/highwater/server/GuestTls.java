package io.highwater.server;

import io.highwater.limits.Payer;
import io.highwater.server.Guest.Phase;
import io.highwater.wire.jetty.TcpReset;
import java.io.IOException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * TLS as Jetty speaks it, but that agreeing on it has a deadline and is in the account; then it
 * keeps nothing of ours but the place of a reference. Thread-safe as Jetty's.
 */
final class GuestTls extends SslConnection {
    private static final Logger LOG = LoggerFactory.getLogger(GuestTls.class);

    /** Of the JDK's engine while it agrees, beside what {@link GuestHttp} keeps. */
    private static final int HANDSHAKE_BYTES = 13_460;

    /** The same before the client has said anything, and {@link GuestHttp} is not there yet. */
    private static final int SILENT_BYTES = 4_040;

    private static final String NONE_YET = "SSL_NULL_WITH_NULL_NULL";

    private final Edge edge;

    /** Null once it is agreed on. Confined to who reads, one at a time, and to the close. */
    private volatile @Nullable Guest guest;

    /** Counts it as long as it is open; null where it was refused. Confined as the guest is. */
    private volatile @Nullable Payer payer;

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

    /** What throws here would leave the connection counted, and uncount it twice later. */
    @Override
    public void onOpen() {
        try {
            open();
        } catch (RuntimeException | Error e) {
            edge.logs().say(LOG, Level.WARN, "open_failed", e);
            TcpReset.of(getEndPoint(), e);
        }
    }

    private void open() {
        Payer from = edge.payer(getEndPoint());
        if (!edge.connections().trySecure(from)) {
            TcpReset.of(getEndPoint(), new IOException("too many connections over TLS"));
            return;
        }
        payer = from;
        Guest agreeing = new TlsGuest(edge, getEndPoint());
        guest = agreeing;
        agreeing.arrive(SILENT_BYTES, edge.settings().tlsHandshakeTimeout().toNanos());
        super.onOpen();
    }

    @Override
    public void onFillable() {
        super.onFillable();
        Guest agreeing = guest;
        if (agreeing == null) {
            return;
        }
        if (!isAgreed()) {
            agreeing.keep(HANDSHAKE_BYTES - SILENT_BYTES);
        } else {
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
        Payer counted = payer;
        payer = null;
        if (counted != null) {
            counted.tls().closed();
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
