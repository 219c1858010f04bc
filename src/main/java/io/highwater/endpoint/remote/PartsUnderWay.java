package io.highwater.endpoint.remote;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one session that are being sent in parts. A thread that has begun one must not
 * send another with a blocking method: it would wait for itself. Thread-safe.
 */
final class PartsUnderWay {
    @GuardedBy("this")
    private final List<OutgoingMessage> messages = new ArrayList<>(1);

    /**
     * @throws IllegalStateException if this thread has begun another message
     */
    synchronized void enter(OutgoingMessage message) {
        refuseWithin(message);
        if (!messages.contains(message)) {
            messages.add(message);
        }
    }

    synchronized void leave(OutgoingMessage message) {
        messages.remove(message);
    }

    /**
     * @param message the message that may continue; null for a whole message
     * @throws IllegalStateException if this thread has begun another message
     */
    synchronized void refuseWithin(@Nullable OutgoingMessage message) {
        for (OutgoingMessage other : messages) {
            if (other != message && other.isOfThisThread()) {
                throw new IllegalStateException(
                        "a "
                                + other.kind()
                                + " message is being sent in parts; send its last part first");
            }
        }
    }
}
