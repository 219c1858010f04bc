package io.highwater.chaos;

import io.highwater.chaos.Event.Received;
import io.highwater.chaos.Event.Skipped;
import io.highwater.chaos.Event.Subscribed;
import io.highwater.protocol.Position;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client of one channel makes of what it receives, by rule 13 of docs/protocol.md. Confined
 * to its caller.
 */
final class Reception {
    /** What becomes of a message. */
    enum Fate {
        /** The application gets it. */
        GIVEN,
        /** It lies at or before the cursor: dropped. */
        OLD,
        /** Its msgId is known: dropped, though it moves the cursor. */
        REPEATED,
        /** Something is missing before it: the client asks for that instead. */
        GAP
    }

    private static final int REMEMBERED = 1_000;

    /** Whoever has asked so often takes a message without what is missing before it. */
    private static final int MOST_GAPS = 3;

    private @Nullable Position cursor;
    private int gaps;
    private int untold;

    private final Set<String> msgIds =
            Collections.newSetFromMap(
                    new LinkedHashMap<>() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                            return size() > REMEMBERED;
                        }
                    });

    /** Null until the first subscribe is answered. */
    @Nullable Position cursor() {
        return cursor;
    }

    void onSubscribed(Subscribed answer) {
        if (answer.since() == null || answer.reason() != null) {
            cursor = answer.cursor();
        }
    }

    void onSkipped(Skipped skipped) {
        cursor = skipped.to();
    }

    /** How often it took a message though something before it was missing. */
    int untold() {
        return untold;
    }

    /** After a {@link Fate#GAP} it is to subscribe again after its cursor. */
    Fate onReceived(Received received) {
        if (!received.late()) {
            Fate place = place(received);
            if (place == Fate.OLD) {
                return Fate.OLD;
            }
            if (place == Fate.GAP && ++gaps < MOST_GAPS) {
                return Fate.GAP;
            }
            untold += place == Fate.GAP ? 1 : 0;
            gaps = 0;
            cursor = received.position();
        }
        return msgIds.add(received.message().msgId()) ? Fate.GIVEN : Fate.REPEATED;
    }

    private Fate place(Received received) {
        Position last = cursor;
        if (last == null) {
            throw new IllegalStateException("not subscribed, but received " + received);
        }
        Position position = received.position();
        if (!position.isAfter(last)) {
            return Fate.OLD;
        }
        Position previous = received.previous();
        if (previous != null) {
            return previous.isAfter(last) ? Fate.GAP : Fate.GIVEN;
        }
        long sequence = position.channelSequence();
        if (position.generation() == last.generation()) {
            return sequence == last.channelSequence() + 1 ? Fate.GIVEN : Fate.GAP;
        }
        // The first of a generation, since none of those before it has come.
        return sequence == 1 ? Fate.GIVEN : Fate.GAP;
    }
}
