package io.highwater.server;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payer;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Limits the requests that are under way, from the request's head to the end of its answer: per
 * HTTP/2 connection by number, per address and per node by the account. A request beyond a limit is
 * answered with 503 at once, on the thread that read it. Thread-safe.
 */
final class PlainRequests extends Handler.Wrapper {
    /** Bytes of a parked virtual thread; the connection keeps the request itself. Measured. */
    static final int REQUEST_BYTES = 2_400;

    /** Requests of a connection, in addition to its WebSockets. */
    static final int MOST_OF_CONNECTION = 100;

    /** Any page is answered in less time. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final String UNDER_WAY = PlainRequests.class.getName();

    private final Edge edge;
    private final Book book;

    PlainRequests(Edge edge, Handler handler) {
        this(edge);
        setHandler(handler);
    }

    /** Wraps no handler yet. */
    PlainRequests(Edge edge) {
        this.edge = edge;
        this.book = edge.ledger().book(Account.HTTP);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Payer payer = edge.payer(request.getConnectionMetaData().getConnection().getEndPoint());
        AtomicInteger ofConnection = underWay(request.getConnectionMetaData());
        if (ofConnection.incrementAndGet() > MOST_OF_CONNECTION) {
            ofConnection.decrementAndGet();
            refuse(edge, request, response, callback);
            return true;
        }
        if (!enter(payer)) {
            ofConnection.decrementAndGet();
            refuse(edge, request, response, callback);
            return true;
        }
        Request.addCompletionListener(
                request,
                ignored -> {
                    ofConnection.decrementAndGet();
                    book.add(payer, -REQUEST_BYTES);
                });
        return super.handle(request, response, callback);
    }

    /**
     * Refuses a request of an address that has used its share. For others, the book ends the
     * debtors that keep the most, to make room.
     */
    private boolean enter(Payer payer) {
        if (!payer.isProxy()
                && payer.bytes(Account.HTTP) + REQUEST_BYTES > book.mostBytesOfAddress()) {
            return false;
        }
        book.add(payer, REQUEST_BYTES);
        book.settle(payer);
        if (book.bytes() > book.mostBytes()) {
            book.add(payer, -REQUEST_BYTES);
            return false;
        }
        return true;
    }

    /** On HTTP/1.1 requests come one after the other, so each gets a counter of its own. */
    private static AtomicInteger underWay(ConnectionMetaData connection) {
        if (connection.getHttpVersion() != HttpVersion.HTTP_2) {
            return new AtomicInteger();
        }
        if (connection.getAttribute(UNDER_WAY) instanceof AtomicInteger known) {
            return known;
        }
        // One thread at a time opens the connection's streams.
        AtomicInteger first = new AtomicInteger();
        connection.setAttribute(UNDER_WAY, first);
        return first;
    }

    /** Closes an HTTP/1.1 connection: otherwise its client could keep the reading thread busy. */
    static void refuse(Edge edge, Request request, Response response, Callback callback) {
        edge.tell(LimitsObserver::onRequestRefused);
        response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        }
        Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
    }
}
