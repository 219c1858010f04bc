package io.highwater.wire.jetty.h2;

import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Stream;
import org.jspecify.annotations.Nullable;

/** A stream that carries a plain request, and knows whose turn it is. Thread-safe as Jetty's. */
final class PlainStream extends BoundedStream {
    /** Stands for any method but CONNECT: Jetty treats them alike. */
    private static final MetaData.Request REQUEST = request(HttpMethod.GET);

    private final AtomicLong movedBytes = new AtomicLong();

    /** Set where no handler has the place: for a request that Jetty answers itself. */
    private volatile @Nullable RequestPlace place;

    PlainStream(BatchingSession session, int id) {
        super(session, id, REQUEST);
    }

    void hold(RequestPlace held) {
        place = held;
        if (isClosed()) {
            held.free();
        }
    }

    @Override
    public void process(Stream.Data data) {
        movedBytes.addAndGet(data.frame().remaining());
        super.process(data);
    }

    /** Jetty subtracts what it sends, and adds what the peer allows. */
    @Override
    public int updateSendWindow(int delta) {
        if (delta < 0) {
            movedBytes.addAndGet(-delta);
        }
        return super.updateSendWindow(delta);
    }

    @Override
    public void onClose() {
        super.onClose();
        RequestPlace held = place;
        if (held != null) {
            held.free();
        }
    }

    @Override
    long movedBytes() {
        return movedBytes.get();
    }

    @Override
    boolean waitsForClient() {
        return super.waitsForClient() || (isDemanded() && !isLastDataReceived());
    }
}
