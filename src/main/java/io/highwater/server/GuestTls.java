package io.highwater.server;

import io.highwater.limits.Payer;
import io.highwater.server.Guest.Phase;
import io.highwater.wire.jetty.TcpReset;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's TLS connection, but its handshake has a deadline and is charged to an account, and a
 * client is limited in what it can make the JDK do and keep: hellos, records without data,
 * incomplete records. As thread-safe as Jetty's.
 */
final class GuestTls extends SslConnection {
    /** Bytes of the JDK's engine during the handshake, beside what {@link GuestHttp} keeps. */
    private static final int HANDSHAKE_BYTES = 13_460;

    /** The same before the client has sent anything, when there is no {@link GuestHttp} yet. */
    private static final int SILENT_BYTES = 4_040;

    /** Bytes that the JDK keeps for each byte of a hello: the message, its parts, their lists. */
    private static final int HELLO_COPIES = 3;

    /**
     * Jetty keeps reading while records bring no data, and HTTP while they bring a byte. After this
     * many fills the other connections of the selector's thread get a turn.
     */
    private static final int FILLS_A_TURN = 16;

    /** One change of keys is 27 bytes, an alert 24; in TLS 1.2 a few more. */
    private static final int MOST_EMPTY_BYTES = 64;

    /**
     * Limit over the whole connection, including its handshake: the JDK keeps 48 bytes for each.
     */
    private static final int MOST_EMPTY_RECORDS = 256;

    /** Tokens of the waste budget: such a record takes as much time as ten frames. */
    private static final int EMPTY_RECORD_TOKENS = 10;

    private static final String NONE_YET = "SSL_NULL_WITH_NULL_NULL";

    private final Edge edge;

    /**
     * Null once the handshake is done. Confined to the reading thread, one at a time, and to close.
     */
    private volatile @Nullable TlsGuest guest;

    /** Counts the connection while it is open; null if it was refused. Confined as the guest is. */
    private volatile @Nullable Payer payer;

    /** Null unless a record is incomplete. Confined as the guest is. */
    private volatile @Nullable PartialRecord partial;

    /** So far. Confined to the reading thread. */
    private int emptyRecords;

    /** Fills since the connection was selected. Confined to the reading thread. */
    private int fills;

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
        Guest.open(edge, getEndPoint(), this::open);
    }

    private void open() {
        Payer from = edge.payer(getEndPoint());
        if (!edge.connections().trySecure(from)) {
            TcpReset.of(getEndPoint(), new IOException("too many connections over TLS"));
            return;
        }
        payer = from;
        TlsGuest agreeing = new TlsGuest(edge, getEndPoint());
        guest = agreeing;
        agreeing.arrive(SILENT_BYTES, edge.settings().tlsHandshakeTimeout().toNanos());
        super.onOpen();
    }

    @Override
    public void onFillable() {
        fills = 0;
        super.onFillable();
        TlsGuest agreeing = guest;
        if (agreeing != null) {
            agree(agreeing);
        }
        PartialRecord waits = partial;
        if (waits != null) {
            waits.settle();
        }
    }

    private void agree(TlsGuest agreeing) {
        if (!isAgreed()) {
            agreeing.keep(
                    HANDSHAKE_BYTES
                            - SILENT_BYTES
                            + (long) HELLO_COPIES * agreeing.hello.helloBytes());
        } else {
            guest = null;
            agreeing.leave();
            if (getSslEndPoint().getConnection() instanceof GuestHttp http) {
                http.onSecured();
            }
        }
    }

    /**
     * If another thread reads, every {@value #FILLS_A_TURN}th fill returns nothing; it is told when
     * more data is there.
     */
    @Override
    protected int networkFill(ByteBuffer input) throws IOException {
        if (fills >= FILLS_A_TURN) {
            fills = 0;
            return 0;
        }
        fills++;
        return super.networkFill(input);
    }

    /** Called by one thread at a time, under Jetty's lock. */
    @Override
    protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer input, ByteBuffer output)
            throws SSLException {
        HelloGuard hello = hello();
        if (hello != null) {
            hello.inspect(input, engine);
        }
        SSLEngineResult result = super.unwrap(engine, input, output);
        if (result.bytesConsumed() > 0) {
            endPartial();
            if (hello != null) {
                hello.onTaken();
                countEmptyRecord();
            } else if (result.bytesProduced() == 0 && result.getStatus() == Status.OK) {
                onEmptyRecord(result.bytesConsumed());
            }
        } else if (result.getStatus() == Status.BUFFER_UNDERFLOW && input.hasRemaining()) {
            beginPartial();
        }
        return result;
    }

    /** Null once the handshake is done. */
    private @Nullable HelloGuard hello() {
        TlsGuest agreeing = guest;
        return agreeing == null || isAgreed() ? null : agreeing.hello;
    }

    private void beginPartial() {
        Payer from = payer;
        if (partial != null || from == null) {
            return;
        }
        PartialRecord begun = new PartialRecord(edge, from, getEndPoint());
        partial = begun;
        if (payer == null) {
            // It was closed meanwhile, when there was no partial record to close.
            begun.close();
        }
    }

    private void endPartial() {
        PartialRecord whole = partial;
        if (whole != null) {
            partial = null;
            whole.close();
        }
    }

    /**
     * Limits records without data: a change of keys, an alert, or an empty record. The JDK accepts
     * as many changes of keys in one record as fit into it (RFC 8446 section 5.1 allows one), takes
     * some 30 µs for each, and keeps their bytes as long as the connection is open.
     */
    private void onEmptyRecord(int bytes) throws SSLException {
        if (bytes > MOST_EMPTY_BYTES) {
            waste(bytes);
            throw new SSLException("a record of " + bytes + " bytes without data");
        }
        countEmptyRecord();
        if (!waste(EMPTY_RECORD_TOKENS)) {
            throw new SSLException("too many records without data");
        }
    }

    private void countEmptyRecord() throws SSLException {
        if (++emptyRecords > MOST_EMPTY_RECORDS) {
            throw new SSLException("more than " + MOST_EMPTY_RECORDS + " records without data");
        }
    }

    /** Returns false if it was too much: the address is refused from now on. */
    private boolean waste(int tokens) {
        Payer from = payer;
        long nowNanos = edge.wheel().nowNanos();
        if (from == null || from.isProxy() || from.waste().take(tokens, nowNanos)) {
            return true;
        }
        from.refuse(nowNanos);
        return false;
    }

    /** Polled, because a handshake listener of Jetty's would stay as long as the connection. */
    private boolean isAgreed() {
        SSLEngine engine = getSSLEngine();
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getCipherSuite().equals(NONE_YET);
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        TlsGuest agreeing = guest;
        guest = null;
        if (agreeing != null) {
            agreeing.leave();
        }
        Payer counted = payer;
        payer = null;
        endPartial();
        if (counted != null) {
            counted.tls().closed();
        }
        super.onClose(cause);
    }

    private static final class TlsGuest extends Guest {
        private final HelloGuard hello = new HelloGuard();

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
