package io.highwater.backbone.archived;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.ring.IdempotencyWindow;
import io.highwater.backbone.ring.MessageKey;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the drafts of a shard their positions, and knows which messages have one already. Guarded
 * by the shard's lock.
 */
final class Positions {
    /** The window, and a margin for what was under way. */
    private static final long LOOK_UP_NANOS = Duration.ofMinutes(6).toNanos();

    /**
     * A generation ends after this time, if anything comes then. For as long as a generation goes
     * on, the archive keeps the last positions of all channels that were used in it.
     */
    private static final long GENERATION_NANOS = Duration.ofDays(1).toNanos();

    /** The times of entries do not fall, unless the clock is set back by more than this. */
    private static final long SET_BACK_MILLIS = Duration.ofMinutes(1).toMillis();

    private final String origin;
    private final IdempotencyWindow window;
    private final Ticker ticker;
    private final WallClock clock;

    /** For channels that have pending entries: the last of them. */
    private final Map<MemoryChannel, Pending> last = new HashMap<>();

    private final Map<MessageKey, Pending> byKey = new HashMap<>();

    private long generation;
    private long begunNanos;
    private boolean ended;
    private long sequence;
    private long millis;

    /** Whether messages from before {@link #startNanos} may be repeated. */
    private boolean looksUp;

    private long startNanos;

    Positions(String origin, ShardMemory memory, Ticker ticker, WallClock clock) {
        this.origin = origin;
        this.window = memory.window();
        this.ticker = ticker;
        this.clock = clock;
    }

    /**
     * @param isNew the shard had no entries before this generation
     */
    void start(long begun, boolean isNew) {
        generation = begun;
        begunNanos = ticker.nanoTime();
        looksUp = !isNew;
        startNanos = timeNanos();
    }

    /** The window's time, which stands still while the archive cannot be written. */
    private long timeNanos() {
        return window.timeNanos(ticker.nanoTime());
    }

    /** What comes next begins another generation. */
    void endGeneration() {
        ended = true;
    }

    /** The archive cannot be written: no publisher can send again what is in doubt. */
    void pause() {
        window.pause(ticker.nanoTime());
    }

    /** It can be written again. */
    void resume() {
        window.resume(ticker.nanoTime());
    }

    /** The archive did not say whether a draft is a repeat: that will be asked again. */
    void askLonger() {
        if (asksArchive(ticker.nanoTime())) {
            looksUp = true;
            startNanos = timeNanos();
        }
    }

    private boolean asksArchive(long now) {
        looksUp = looksUp && window.timeNanos(now) - startNanos < LOOK_UP_NANOS;
        return looksUp || !window.isWhole(now);
    }

    /** Whether only the archive knows if the draft is a repeat. */
    boolean isToFind(Draft draft) {
        long now = ticker.nanoTime();
        return asksArchive(now) && known(key(draft), now) == null;
    }

    private MessageKey key(Draft draft) {
        return window.key(draft.publisher(), draft.channel(), draft.msgId());
    }

    private @Nullable Position known(MessageKey key, long now) {
        Pending twin = byKey.get(key);
        return twin == null ? window.find(key, now) : twin.position();
    }

    /**
     * The position of the first such message; null if the draft is no repeat.
     *
     * @param found its position in the archive; null if there is none, or nobody asked
     */
    @Nullable Position first(Draft draft, @Nullable Position found) {
        long now = ticker.nanoTime();
        MessageKey key = key(draft);
        Position first = known(key, now);
        if (first == null && found != null) {
            window.add(key, found, draft.payer(), now);
            return found;
        }
        return first;
    }

    /** The last pending entry of a channel, or null. */
    @Nullable Pending lastOf(MemoryChannel channel) {
        return last.get(channel);
    }

    /** Gives the draft the next position of its channel, whose top must be known. */
    Pending next(Waiting waiting, MemoryChannel channel) {
        Draft draft = waiting.draft();
        long now = ticker.nanoTime();
        if (ended || now - begunNanos >= GENERATION_NANOS) {
            ended = false;
            generation = Math.max(generation + 1, clock.millis());
            begunNanos = now;
            sequence = 0;
        }
        Pending before = last.get(channel);
        Entry entry = entry(draft, before == null ? channel.top() : before.position(), now);
        long wallMillis = clock.millis();
        if (wallMillis > millis || wallMillis < millis - SET_BACK_MILLIS) {
            millis = wallMillis;
        }
        MessageKey key = key(draft);
        Pending pending =
                new Pending(
                        new ArchivedEntry(entry, draft.publisher(), millis), key, channel, waiting);
        channel.pin();
        last.put(channel, pending);
        byKey.put(key, pending);
        return pending;
    }

    /**
     * @param top the channel's last position; in an older generation, the entry begins a new one
     */
    private Entry entry(Draft draft, @Nullable Position top, long now) {
        long before = top != null && top.generation() == generation ? top.channelSequence() : 0;
        Position position = new Position(origin, generation, ++sequence, before + 1);
        return new Entry(
                draft.channel(),
                position,
                before == 0 ? previous(top) : null,
                draft.msgId(),
                draft.key(),
                draft.secret(),
                draft.data(),
                now,
                false,
                PublisherName.ifSubject(draft.publisher()));
    }

    private @Nullable Position previous(@Nullable Position top) {
        return top == null || top.channelSequence() == 0 ? null : top;
    }

    /** From now on the window has it, for 5 minutes: until now its publisher had no answer. */
    void archived(Pending pending) {
        window.add(pending.key, pending.position(), pending.payer, ticker.nanoTime());
        byKey.remove(pending.key, pending);
    }

    /** All who waited for it are answered: repeats need not wait for it any more. */
    void answered(Pending pending) {
        last.remove(pending.channel, pending);
    }
}
