package io.highwater.server;

import io.highwater.log.LogLimit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Jetty's HTTP/1.1 connection, but only one thread reads at a time. Thread-safe.
 *
 * <p>Jetty 12.1.14 answers a malformed request on another thread. When the answer is sent, that
 * thread continues to read, while the thread that found the fault returns the buffer to the pool:
 * the peer's next bytes then land in the buffer of any other connection (HttpConnection.badMessage,
 * resume and onFillable; seen 260 times in six seconds of heads that were too long).
 */
class SerialHttp extends HttpConnection {
    private static final Logger LOG = LoggerFactory.getLogger(SerialHttp.class);

    private enum Reading {
        NOBODY,
        ONE,
        /** A second thread came meanwhile: the first one reads again in its place. */
        ONE_AND_AGAIN
    }

    private final AtomicReference<Reading> reading = new AtomicReference<>(Reading.NOBODY);

    private final LogLimit logs;

    SerialHttp(HttpConfiguration http, Connector connector, EndPoint endPoint, LogLimit logs) {
        super(http, connector, endPoint);
        this.logs = logs;
    }

    @Override
    public final void onFillable() {
        if (reading.getAndUpdate(SerialHttp::withOneMore) != Reading.NOBODY) {
            return;
        }
        do {
            reading.set(Reading.ONE);
            readOrClose();
        } while (!reading.compareAndSet(Reading.ONE, Reading.NOBODY));
    }

    private static Reading withOneMore(Reading before) {
        return before == Reading.NOBODY ? Reading.ONE : Reading.ONE_AND_AGAIN;
    }

    private void readOrClose() {
        try {
            read();
        } catch (Throwable e) {
            // Jetty throws no exception that a peer can cause, so this is a fault of ours.
            logs.say(LOG, Level.WARN, "read_failed", e);
            close(e);
        }
    }

    private void close(Throwable cause) {
        try {
            getEndPoint().close(cause);
        } catch (Throwable e) {
            logs.say(LOG, Level.WARN, "close_failed", e);
        }
    }

    /** Reads what has arrived, one thread at a time; an exception ends the connection. */
    void read() {
        super.onFillable();
    }

    @Override
    protected RequestHandler newRequestHandler() {
        return new Requests();
    }

    /**
     * Jetty calls messageBegin each time it looks for a request: at each blank line, and at TLS
     * bytes that yield no data. Until a request ends, each call wraps the listener for compliance
     * violations once more: 16 bytes of heap for two bytes from the peer, or for none.
     */
    class Requests extends RequestHandler {
        @Override
        public void messageBegin() {
            if (getHttpChannel().getComplianceViolationListener() == null) {
                super.messageBegin();
            }
        }
    }

    /** For ports that need no more than this. As thread-safe as Jetty's. */
    static final class Factory extends HttpConnectionFactory {
        private final LogLimit logs;

        Factory(HttpConfiguration http, LogLimit logs) {
            super(http);
            this.logs = logs;
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(
                    new SerialHttp(getHttpConfiguration(), connector, endPoint, logs),
                    connector,
                    endPoint);
        }
    }
}
