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
 * HTTP/1.1 as Jetty speaks it, with deadlines and in the accounts. After an upgrade nothing of it
 * is left. Thread-safe as Jetty's.
 */
final class GuestHttp extends SerialHttp implements BadRequests {
    private static final Logger LOG = LoggerFactory.getLogger(GuestHttp.class);

    /** Jetty's endpoint, connection, parser and channel, the JDK's channel, and its guest. */
    static final int BYTES = 3_440;

    /** What stays of an answer: a stream, a sender, attributes. */
    private static final int ANSWERED_BYTES = 270;

    /** The same of TLS, once it is agreed on. */
    static final int TLS_BYTES = 10_500;

    /** Name, value and the field itself, with the first letters of their text. */
    private static final int FIELD_BYTES = 130;

    /**
     * More is 431. A browser sends some twenty; an empty header costs 25 times the four bytes that
     * it comes in.
     */
    private static final int MAX_FIELDS = 200;

    /** Its method, version and spaces. */
    private static final int REQUEST_LINE_CHARS = 16;

    private static final byte[] REQUEST_TIMEOUT =
            ("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);

    private final Edge edge;
    private final Guest guest;
    private final boolean isTls;

    // Of the head that is under way or came last. Confined to who parses: one at a time.

    private int fields;
    private long fieldChars;

    // The parser's texts keep the room that their longest needed.

    private int longestUri;
    private int longestValue;

    /** Its last answer was given. */
    private volatile boolean over;

    /** What came last can't be read, and was counted; it is answered by whoever has it. */
    private volatile boolean bad;

    /** At the last look of the wheel. Confined to it. */
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
            // The head's time begins when TLS is agreed on, which has a deadline of its own, and an
            // account of it.
            timeoutNanos += edge.settings().tlsHandshakeTimeout().toNanos();
        }
        guest.arrive(BYTES, timeoutNanos);
        super.onOpen();
    }

    /** TLS has been agreed on. */
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
            // The answer was there before this thread came back: Jetty would wait for the client.
            getEndPoint().close();
        } else if (phase == Phase.IDLE && !getParser().isStart()) {
            guest.move(Phase.ASKING, ANSWERED_BYTES + headBytes());
        }
    }

    /** What was parsed of a head so far, and the text of a field that is not whole yet. */
    private long headBytes() {
        int punctuation = 4 * fields + REQUEST_LINE_CHARS;
        long open = Math.max(0, getParser().getHeaderLength() - fieldChars - punctuation);
        return (long) fields * FIELD_BYTES + fieldChars + parserBytes(open);
    }

    private long parserBytes(long openChars) {
        return room(longestUri) + room(Math.max(longestValue, openChars));
    }

    /** Of a StringBuilder that grew by letters; of a short text it is in {@link #BYTES}. */
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

        /** Of a body; and where its client has gone. */
        @Override
        public void earlyEOF() {
            if (getParser().isClose()) {
                onUnreadable(HttpStatus.BAD_REQUEST_400);
            }
            super.earlyEOF();
        }
    }

    private void onUnreadable(int status) {
        // Of what came too late, and was ended for it, its guest tells.
        if (!bad && guest.phase() != Phase.GONE) {
            bad = true;
            onBadRequest(status);
        }
    }

    /** Where it was too much, its answer is the last. */
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
     * Before Jetty goes on with this connection, maybe on another thread; or closes it, if that was
     * its last answer.
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

        /** In this phase only a body is waited for. */
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
