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
 * Bounds the requests that are under way, from their heads to the end of their answers: of an
 * HTTP/2 connection by number, of an address and of the node by the account. What is too much is
 * 503, said at once, where it was read. Thread-safe.
 */
final class PlainRequests extends Handler.Wrapper {
    /** A virtual thread that is parked; the request itself is its connection's. Measured. */
    static final int REQUEST_BYTES = 2_400;

    /** Beside its WebSockets. */
    static final int MOST_OF_CONNECTION = 100;

    /** A page is answered in less. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final String UNDER_WAY = PlainRequests.class.getName();

    private final Edge edge;
    private final Book book;

    PlainRequests(Edge edge, Handler handler) {
        this(edge);
        setHandler(handler);
    }

    /** In front of nothing yet. */
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

    /** An address that has its share gets no more; for the others those make room who keep most. */
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

    /** On HTTP/1.1 they come one after the other: nobody else counts there. */
    private static AtomicInteger underWay(ConnectionMetaData connection) {
        if (connection.getHttpVersion() != HttpVersion.HTTP_2) {
            return new AtomicInteger();
        }
        if (connection.getAttribute(UNDER_WAY) instanceof AtomicInteger known) {
            return known;
        }
        // Its streams are opened by one thread at a time.
        AtomicInteger first = new AtomicInteger();
        connection.setAttribute(UNDER_WAY, first);
        return first;
    }

    /** Who asks on HTTP/1.1 has to connect again: else it would keep the thread that reads. */
    static void refuse(Edge edge, Request request, Response response, Callback callback) {
        edge.tell(LimitsObserver::onRequestRefused);
        response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        }
        Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
    }
}
