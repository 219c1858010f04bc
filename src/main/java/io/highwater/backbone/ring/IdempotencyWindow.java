package io.highwater.backbone.ring;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys and positions of a shard's messages of the last 5 minutes, about 70 bytes each. Guarded
 * by the shard's lock; the windows of all shards share one memory limit.
 */
public final class IdempotencyWindow {
    static final long WINDOW_NANOS = Duration.ofMinutes(5).toNanos();

    private static final int MIN_SLOTS = 64;

    /**
     * The largest segment: 13 MiB, zeroed in a few milliseconds. A look-up searches one more
     * segment for every 200,000 messages.
     */
    private static final int MAX_SLOTS = 1 << 18;

    private final String origin;
    private final MessageHash hash;

    /** Shared by the windows of all shards. */
    private final Book book;

    /** Oldest first. */
    private final List<IdempotencySegment> segments = new ArrayList<>();

    /** Whether messages were forgotten for lack of room, and when the newest of them came. */
    private boolean forgot;

    private long forgottenNanos;

    private boolean paused;

    /** The window's time at the beginning of the pause; only while there is one. */
    private long pausedNanos;

    /** How long all pauses took that are over. */
    private long pausesNanos;

    /**
     * @param origin the origin of all positions in it
     * @param book shared by the windows of all shards
     */
    public IdempotencyWindow(String origin, MessageHash hash, Book book) {
        this.origin = origin;
        this.hash = hash;
        this.book = book;
    }

    public MessageKey key(String publisher, String channel, String msgId) {
        return hash.key(publisher, channel, msgId);
    }

    /**
     * Its 5 minutes stand still from now on: the log accepts nothing, so what publishers have to
     * send again does not come before that is over. Does nothing during a pause.
     */
    public void pause(long nowNanos) {
        if (!paused) {
            pausedNanos = timeNanos(nowNanos);
            paused = true;
        }
    }

    /** Ends the pause, if there is one. */
    public void resume(long nowNanos) {
        if (paused) {
            paused = false;
            pausesNanos = nowNanos - pausedNanos;
        }
    }

    /** The time without pauses. */
    public long timeNanos(long nowNanos) {
        return paused ? pausedNanos : nowNanos - pausesNanos;
    }

    /** The message's position if it came within the window, otherwise null. */
    public @Nullable Position find(MessageKey key, long nowNanos) {
        long time = timeNanos(nowNanos);
        for (int i = segments.size() - 1; i >= 0; i--) {
            IdempotencySegment segment = segments.get(i);
            int slot = segment.find(key);
            if (slot >= 0) {
                return isOver(segment.nanos(slot), time) ? null : segment.position(slot, origin);
            }
        }
        return null;
    }

    public void add(MessageKey key, Position position, @Nullable Payer payer, long nowNanos) {
        expire(nowNanos);
        if (segments.isEmpty() || newest().isFull()) {
            grow();
        }
        newest().put(key, position, payer, timeNanos(nowNanos), book);
    }

    /** Whether it has all messages of the last 5 minutes: none was forgotten for lack of room. */
    public boolean isWhole(long nowNanos) {
        forgot = forgot && !isOver(forgottenNanos, timeNanos(nowNanos));
        return !forgot;
    }

    private void forgets(IdempotencySegment segment) {
        if (!forgot || segment.lastNanos() - forgottenNanos > 0) {
            forgot = true;
            forgottenNanos = segment.lastNanos();
        }
    }

    /** Drops the segments whose messages are all older than the window. */
    public void expire(long nowNanos) {
        long time = timeNanos(nowNanos);
        while (!segments.isEmpty() && isOver(segments.get(0).lastNanos(), time)) {
            dropOldest();
        }
    }

    /**
     * Forgets an address's messages in the oldest segment that has any of them.
     *
     * @return false if no segment has any
     */
    public boolean forgetOldest(Payer payer) {
        for (int i = 0; i < segments.size(); i++) {
            IdempotencySegment segment = segments.get(i);
            if (segment.count(payer) > 0) {
                forgets(segment);
                boolean isNewest = i == segments.size() - 1;
                IdempotencySegment rest = segment.without(payer, isNewest, book);
                book.addShared(rest.bytes() - segment.bytes());
                segments.set(i, rest);
                if (rest.size() == 0 && !isNewest) {
                    segments.remove(i);
                    book.addShared(-rest.bytes());
                }
                return true;
            }
        }
        return false;
    }

    public void clear() {
        while (!segments.isEmpty()) {
            dropOldest();
        }
    }

    private void grow() {
        int slots = MIN_SLOTS;
        int known = segments.stream().mapToInt(IdempotencySegment::size).sum();
        while (slots < known
                && slots < MAX_SLOTS
                && IdempotencySegment.bytes(slots * 2) <= book.mostBytes() / 8) {
            slots *= 2;
        }
        long more = IdempotencySegment.bytes(slots);
        while (book.bytes() + more > book.mostBytes() && !segments.isEmpty()) {
            forgets(segments.get(0));
            dropOldest();
        }
        book.addShared(more);
        segments.add(new IdempotencySegment(slots));
    }

    private void dropOldest() {
        IdempotencySegment dropped = segments.remove(0);
        dropped.disownAll(book);
        book.addShared(-dropped.bytes());
    }

    private IdempotencySegment newest() {
        return segments.get(segments.size() - 1);
    }

    private static boolean isOver(long addedNanos, long time) {
        return time - addedNanos > WINDOW_NANOS;
    }
}
