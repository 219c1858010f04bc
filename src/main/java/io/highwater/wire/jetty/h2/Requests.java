package io.highwater.wire.jetty.h2;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Deadline;
import io.highwater.limits.Payer;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/**
 * The requests that are under way on one HTTP/2 connection, opening handshakes included: how many
 * there may be, and what they keep in the account of plain HTTP. Thread-safe.
 */
final class Requests {
    /** Browsers request a page's parts at once, some dozens; RFC 9113 section 6.5.2 names 100. */
    static final int MOST_PLAIN = 100;

    /** What a request keeps without its fields: stream, channel, request, answer. Measured. */
    private static final int BYTES = 2_500;

    /** A field without its text: three objects. */
    private static final int FIELD_BYTES = 128;

    /** How often to check whether a request is over, where requests have no deadline. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    private final Book book;
    private final Payer payer;
    private final TimerWheel wheel;
    private final Http2Bounds bounds;
    private final Duration timeout;
    private final boolean endsLate;
    private final AtomicInteger plain = new AtomicInteger();

    /** Opening handshakes included. */
    private final AtomicInteger all = new AtomicInteger();

    Requests(Http2Bounds bounds, Payer payer) {
        this.book = bounds.ledger().book(Account.HTTP);
        this.payer = payer;
        this.wheel = bounds.wheel();
        this.bounds = bounds;
        this.endsLate = !bounds.requestTimeout().isZero();
        this.timeout = endsLate ? bounds.requestTimeout() : LOOK;
    }

    /**
     * Returns a place for one more request, or null if there is none. {@link #settle} follows once
     * the request has its stream.
     *
     * @param isPlain false for an opening handshake
     */
    @Nullable RequestPlace enter(MetaData.Request request, boolean isPlain) {
        if (isPlain && plain.incrementAndGet() > MOST_PLAIN) {
            plain.decrementAndGet();
            return null;
        }
        int bytes = BYTES + bytes(request.getHttpFields());
        if (!isPlain) {
            // The rules limit how many handshakes there are. None is refused for what others keep:
            // if the account is full, those that cost most are ended.
            book.add(payer, bytes);
        } else if (!book.tryAdd(payer, bytes)) {
            plain.decrementAndGet();
            // Another request may be given up for the next one.
            book.settleFull(payer);
            return null;
        }
        RequestPlace place = new RequestPlace(this, isPlain, bytes, wheel.nowNanos());
        book.join(place);
        all.incrementAndGet();
        return place;
    }

    /**
     * Whether this connection may carry its first WebSocket: from then on it is mostly not ended
     * for the account. The last eighth is left to plain requests.
     */
    boolean hasRoomForWebSockets() {
        if (isCrowded()) {
            book.settleFull(payer);
        }
        return !isCrowded();
    }

    private boolean isCrowded() {
        return book.bytes() > book.mostBytes() / 8 * 7;
    }

    /** The bytes that fields keep. */
    static int bytes(HttpFields fields) {
        int bytes = 0;
        for (HttpField field : fields) {
            String value = field.getValue();
            bytes += FIELD_BYTES + field.getName().length() + (value == null ? 0 : value.length());
        }
        return bytes;
    }

    /** A request keeps more. The caller may hold its lock; {@link #settle} follows without it. */
    void charge(int bytes) {
        book.add(payer, bytes);
    }

    void settle() {
        book.settle(payer);
    }

    void leave(RequestPlace place) {
        wheel.cancel(place);
        book.leave(place);
        book.add(payer, -place.bytes());
        all.decrementAndGet();
        if (place.isPlain()) {
            plain.decrementAndGet();
        }
    }

    void schedule(RequestPlace place) {
        wheel.schedule(place, wheel.nowNanos() + timeout.toNanos());
    }

    /** The client of a request was late. */
    void onLate() {
        bounds.tell(observer -> observer.onDeadline(Deadline.REQUEST));
    }

    Payer payer() {
        return payer;
    }

    boolean endsLate() {
        return endsLate;
    }

    long timeoutSeconds() {
        return Math.max(1, timeout.toSeconds());
    }

    /** Number of requests under way, opening handshakes included. */
    int underWay() {
        return all.get();
    }

    /** Number of plain requests, for tests. */
    int plain() {
        return plain.get();
    }
}
