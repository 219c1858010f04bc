package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.channel.SubscribeOutcome.Failed;
import io.highwater.channel.SubscribeOutcome.NotRecovered;
import io.highwater.channel.SubscribeOutcome.Recovered;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.Since;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Holds what it hears against what it asked for: after its cursor every entry once, in order, then
 * live. Requests may come from one thread and what it hears on a shard's.
 */
final class CheckedSubscriber implements Subscriber<String> {
    /** What was asked for, by channel and requestId. */
    private final Map<String, Since> asked = new ConcurrentHashMap<>();

    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final String client;

    final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<SubscribeOutcome> outcomes = new ConcurrentLinkedQueue<>();

    CheckedSubscriber(String client) {
        this.client = client;
    }

    static String frame(Entry entry) {
        return entry.msgId() + "@" + entry.position().channelSequence();
    }

    void asks(String channel, int requestId, Since since) {
        asked.put(channel + " " + requestId, since);
    }

    /** Nothing may come of the channel any more. */
    void left(String channel) {
        places.remove(channel);
    }

    /** The last that it has of the channel, or -1 where it has no place in it. */
    long seen(String channel) {
        Place place = places.get(channel);
        return place == null ? -1 : place.next - 1;
    }

    List<Entry> snapshot(String channel) {
        return places.get(channel).snapshot;
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public void onSubscribed(SubscribeOutcome outcome) {
        outcomes.add(outcome);
        Since since = asked.remove(outcome.channel() + " " + outcome.requestId());
        check(since != null, "an answer to nothing asked: " + outcome);
        if (outcome instanceof Failed) {
            // What it had before ended when it asked.
            places.remove(outcome.channel());
            return;
        }
        Place place = new Place();
        if (outcome instanceof Recovered recovered) {
            place.cursor = sequence(recovered.cursor());
            place.next = place.cursor + 1;
            if (since instanceof Since.After after) {
                place.next = sequence(after.cursor()) + 1;
            } else if (since instanceof Since.Latest) {
                place.snapshotAwaited = true;
            }
        } else if (outcome instanceof NotRecovered notRecovered) {
            check(since instanceof Since.After, "nothing was to be recovered: " + outcome);
            place.cursor = sequence(notRecovered.cursor());
            place.next = place.cursor + 1;
        }
        places.put(outcome.channel(), place);
    }

    @Override
    public void onTurn(Turn<String> turn, TurnKind kind) {
        Place place = places.get(turn.channel());
        if (place == null) {
            faults.add(client + ": a turn without a subscription to " + turn.channel());
            return;
        }
        if (kind == TurnKind.SNAPSHOT) {
            check(place.snapshotAwaited, "a snapshot that was not asked for");
            place.snapshot = turn.publications().stream().map(Publication::entry).toList();
        }
        place.snapshotAwaited = false;
        for (Publication<String> publication : turn.publications()) {
            heard(place, turn.channel(), publication, kind);
        }
        if (kind == TurnKind.RECOVERED) {
            check(place.next == place.cursor + 1, "recovered a part, up to " + (place.next - 1));
        }
    }

    private void heard(
            Place place, String channel, Publication<String> publication, TurnKind kind) {
        Entry entry = publication.entry();
        long sequence = entry.position().channelSequence();
        String what = kind + " " + sequence + " of " + channel + " where " + place.next;
        check(entry.channel().equals(channel), what + ": of " + entry.channel());
        if (kind == TurnKind.SNAPSHOT) {
            check(sequence <= place.cursor, what + ": beyond the cursor");
            check(publication.frame().equals("snapshot " + frame(entry)), what + ": its frame");
        } else {
            check(sequence == place.next, what + " was due");
            check(kind == TurnKind.RECOVERED == sequence <= place.cursor, what + ": the kind");
            check(publication.frame().equals(frame(entry)), what + ": its frame");
            place.next = sequence + 1;
        }
    }

    private void check(boolean holds, String fault) {
        if (!holds) {
            faults.add(client + ": " + fault);
        }
    }

    private static long sequence(Cursor cursor) {
        return ((Position) cursor).channelSequence();
    }

    /** Confined to the shard's thread, but read when that rests. */
    private static final class Place {
        private volatile long next;
        private volatile long cursor;
        private volatile boolean snapshotAwaited;
        private volatile List<Entry> snapshot = List.of();
    }

    /** The frames that a checked subscriber expects. Thread-safe. */
    static final class Frames implements FrameFactory<String> {
        final Map<String, Integer> made = new HashMap<>();

        @Override
        public String frame(Entry entry) {
            String frame = CheckedSubscriber.frame(entry);
            synchronized (made) {
                made.merge(entry.channel() + " " + frame, 1, Integer::sum);
            }
            return frame;
        }

        @Override
        public String snapshot(Entry entry) {
            return "snapshot " + CheckedSubscriber.frame(entry);
        }
    }
}
