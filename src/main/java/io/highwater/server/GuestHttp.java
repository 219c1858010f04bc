package io.highwater.server;

import io.highwater.server.Guest.Phase;
import io.highwater.wire.jetty.BadRequests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's HTTP/1.1 connection, with deadlines and charged to the accounts. Nothing of it is left
 * after an upgrade. As thread-safe as Jetty's.
 */
final class GuestHttp extends SerialHttp implements BadRequests {
    private static final Logger LOG = LoggerFactory.getLogger(GuestHttp.class);

    /** Jetty's endpoint, connection, parser and channel, the JDK's channel, and the guest. */
    static final int BYTES = 3_440;

    /** What is kept of an answer: a stream, a sender, attributes. */
    private static final int ANSWERED_BYTES = 270;

    /** The same for TLS, once its handshake is done. */
    static final int TLS_BYTES = 10_500;

    /** Name, value and the field itself, before the characters of their text are added. */
    private static final int FIELD_BYTES = 130;

    /**
     * More headers are answered with 431. A browser sends some twenty; an empty header takes 25
     * times the memory of its four bytes on the wire.
     */
    private static final int MAX_FIELDS = 200;

    /** Method, version and spaces of the request line. */
    private static final int REQUEST_LINE_CHARS = 16;

    private static final byte[] REQUEST_TIMEOUT =
            ("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);

    private final Edge edge;
    private final Guest guest;
    private final boolean isTls;

    // For the head that is arriving or came last. Confined to the parsing thread, one at a time.

    private int fields;
    private long fieldChars;

    // The parser's text buffers keep the capacity that the longest text needed.

    private int longestUri;
    private int longestValue;

    /** Whether the last answer of this connection was given. */
    private volatile boolean over;

    /** Whether the last request was unreadable and was counted; another class answers it. */
    private volatile boolean bad;

    /** Bytes moved at the wheel's last check. Confined to the wheel. */
    private long movedBytes;

    GuestHttp(HttpConfiguration http, Connector connector, EndPoint endPoint, Edge edge) {
        super(http, connector, endPoint, edge.logs());
        this.edge = edge;
        this.guest = new HttpGuest(edge, endPoint);
        this.isTls = endPoint instanceof SslConnection.SslEndPoint;
    }

    @Override
    public void onOpen() {
        Guest.open(edge, getEndPoint(), this::open);
    }

    private void open() {
        long timeoutNanos = edge.settings().headTimeout().toNanos();
        if (isTls) {
            // The head's time begins when the TLS handshake is done; the handshake has its own
            // deadline and its own account.
            timeoutNanos += edge.settings().tlsHandshakeTimeout().toNanos();
        }
        guest.arrive(BYTES, timeoutNanos);
        super.onOpen();
    }

    /** The TLS handshake is done. */
    void onSecured() {
        guest.grow(TLS_BYTES);
        if (guest.phase() == Phase.ARRIVING) {
            guest.restart();
        }
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        guest.leave();
        super.onClose(cause);
    }

    @Override
    void read() {
        super.read();
        Phase phase = guest.phase();
        if (phase.isHead()) {
            guest.keep(headBytes());
        } else if (phase == Phase.IDLE && over) {
            // The answer was complete before this thread returned: Jetty would wait for the client.
            getEndPoint().close();
        } else if (phase == Phase.IDLE && !getParser().isStart()) {
            guest.move(Phase.ASKING, ANSWERED_BYTES + headBytes());
        }
    }

    /** What was parsed of a head so far, and the text of a field that is still incomplete. */
    private long headBytes() {
        int punctuation = 4 * fields + REQUEST_LINE_CHARS;
        long open = Math.max(0, getParser().getHeaderLength() - fieldChars - punctuation);
        return (long) fields * FIELD_BYTES + fieldChars + parserBytes(open);
    }

    private long parserBytes(long openChars) {
        return room(longestUri) + room(Math.max(longestValue, openChars));
    }

    /**
     * Capacity of a StringBuilder that grew by characters; short texts are part of {@link #BYTES}.
     */
    private static long room(long chars) {
        long room = 16;
        while (room < chars) {
            room = 2 * room + 2;
        }
        return room > 128 ? room : 0;
    }

    @Override
    protected RequestHandler newRequestHandler() {
        return new Heads();
    }

    private final class Heads extends Requests {
        @Override
        public void startRequest(String method, String uri, HttpVersion version) {
            fields = 0;
            fieldChars = uri.length();
            longestUri = Math.max(longestUri, uri.length());
            super.startRequest(method, uri, version);
        }

        @Override
        public void parsedHeader(HttpField field) {
            if (++fields > MAX_FIELDS) {
                throw new HttpException.RuntimeException(
                        HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431, "Too Many Headers");
            }
            String value = field.getValue();
            int chars = value == null ? 0 : value.length();
            fieldChars += field.getName().length() + chars;
            longestValue = Math.max(longestValue, chars);
            super.parsedHeader(field);
        }

        @Override
        public boolean headerComplete() {
            if (!guest.move(Phase.SERVED, headBytes())) {
                throw new HttpException.RuntimeException(HttpStatus.REQUEST_TIMEOUT_408);
            }
            return super.headerComplete();
        }

        @Override
        public void badMessage(HttpException failure) {
            onUnreadable(failure.getCode());
            super.badMessage(failure);
        }

        /** Called for a truncated body, and when the client has gone. */
        @Override
        public void earlyEOF() {
            if (getParser().isClose()) {
                onUnreadable(HttpStatus.BAD_REQUEST_400);
            }
            super.earlyEOF();
        }
    }

    private void onUnreadable(int status) {
        // If the request came too late and was ended for that, its guest reports it.
        if (!bad && guest.phase() != Phase.GONE) {
            bad = true;
            onBadRequest(status);
        }
    }

    /** If it was one bad request too many, its answer is the last one. */
    @Override
    public void onBadRequest(int status) {
        if (!edge.admitsBadRequest(guest.payer(), status)) {
            getGenerator().setPersistent(false);
        }
    }

    @Override
    protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
        return new HttpStreamOverHTTP1(method, uri, version) {
            @Override
            public void succeeded() {
                onAnswered();
                super.succeeded();
            }

            @Override
            public void send(
                    MetaData.Request request,
                    MetaData.@Nullable Response response,
                    boolean last,
                    ByteBuffer content,
                    Callback callback) {
                if (response != null && !bad) {
                    int status = response.getStatus();
                    if (BadRequests.isBad(status)
                            || BadRequests.isBadPath(getHttpConfiguration(), request, status)) {
                        onBadRequest(status);
                    }
                }
                super.send(request, response, last, content, callback);
            }
        };
    }

    /**
     * Called before Jetty continues with this connection, maybe on another thread, or closes it if
     * that was its last answer.
     */
    private void onAnswered() {
        over = !isPersistent();
        guest.move(Phase.IDLE, ANSWERED_BYTES + parserBytes(0));
    }

    private final class HttpGuest extends Guest {
        HttpGuest(Edge edge, EndPoint endPoint) {
            super(edge, endPoint, Phase.ARRIVING);
        }

        @Override
        boolean isStalled() {
            long moved = getBytesIn() + getBytesOut();
            long since = moved - movedBytes;
            movedBytes = moved;
            return waitsForClient()
                    && since < edge.settings().requestTimeout().toSeconds() * (1 << 10);
        }

        /** In this phase, interest in reading means that a body is awaited. */
        private boolean waitsForClient() {
            return getEndPoint().isFillInterested()
                    || (getEndPoint() instanceof AbstractEndPoint writing
                            && writing.getWriteFlusher().isPending());
        }

        @Override
        boolean hasBegun() {
            return !getParser().isStart();
        }

        @Override
        void tellLate(EndPoint to) {
            try {
                to.flush(ByteBuffer.wrap(REQUEST_TIMEOUT));
            } catch (IOException e) {
                LOG.debug("a late client is gone", e);
            }
        }
    }
}
