package io.highwater.backbone.archived;

import io.highwater.archive.Archive;
import io.highwater.backbone.Draft;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.protocol.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The drafts of a shard about which the archive is asked first, by channel. Guarded by the shard's
 * lock, which is not held while the archive is called.
 */
final class LookUps {
    /** The shard. All its methods are called under the lock. */
    interface Owner {
        boolean isToFind(Draft draft);

        /**
         * The archive has answered: it is the draft's turn.
         *
         * @param found the position of the first such message; null if there was none
         */
        void place(Waiting waiting, @Nullable Position found, Later later);

        void drop(Waiting waiting, Throwable cause, Later later);

        /** The archive did not answer. */
        void onUnanswered();
    }

    private final ShardMemory memory;
    private final Archive archive;
    private final Tops tops;
    private final Owner owner;

    /** Called, without the lock, once drafts were placed. */
    private final Runnable placed;

    private final Map<String, LookUp> byChannel = new HashMap<>();

    /** How many drafts are in all of them. */
    private int size;

    LookUps(ShardMemory memory, Archive archive, Tops tops, Owner owner, Runnable placed) {
        this.memory = memory;
        this.archive = archive;
        this.tops = tops;
        this.owner = owner;
        this.placed = placed;
    }

    int size() {
        return size;
    }

    /** Whether the draft has to wait for an answer, or for others that do. */
    boolean isToAsk(Draft draft) {
        String name = draft.channel();
        return byChannel.containsKey(name) || memory.top(name) == null || owner.isToFind(draft);
    }

    /** False if there is no room for another channel. */
    boolean add(Waiting waiting, Later later) {
        Draft draft = waiting.draft();
        LookUp lookUp = byChannel.get(draft.channel());
        if (lookUp == null) {
            MemoryChannel channel = memory.open(draft.channel(), draft.payer());
            if (channel == null) {
                return false;
            }
            channel.pin();
            lookUp = new LookUp(channel);
            byChannel.put(draft.channel(), lookUp);
        }
        LookUp.Asked asked = lookUp.add(waiting);
        size++;
        ask(lookUp, asked, later);
        return true;
    }

    private void ask(LookUp lookUp, LookUp.Asked asked, Later later) {
        if (!lookUp.channel.isTopKnown()) {
            later.add(() -> askTop(lookUp));
        }
        if (owner.isToFind(asked.waiting.draft())) {
            later.add(() -> find(lookUp, asked));
        } else {
            asked.answer(null);
            proceed(lookUp, later);
        }
    }

    private void askTop(LookUp lookUp) {
        var unused =
                tops.ask(lookUp.channel.name())
                        .whenComplete((top, cause) -> answered(lookUp, cause));
    }

    private void find(LookUp lookUp, LookUp.Asked asked) {
        Draft draft = asked.waiting.draft();
        var unused =
                archive.find(draft.channel(), draft.publisher(), draft.msgId())
                        .whenComplete(
                                (found, cause) -> {
                                    synchronized (memory.lock()) {
                                        asked.answer(found);
                                    }
                                    answered(lookUp, cause);
                                });
    }

    private void answered(LookUp lookUp, @Nullable Throwable cause) {
        Later later = new Later();
        synchronized (memory.lock()) {
            if (cause == null) {
                proceed(lookUp, later);
            } else {
                abandon(lookUp, cause, later);
            }
        }
        later.run();
        placed.run();
    }

    /** Handles the drafts whose questions are answered. */
    private void proceed(LookUp lookUp, Later later) {
        for (LookUp.Asked next = lookUp.poll(); next != null; next = lookUp.poll()) {
            size--;
            owner.place(next.waiting, next.first(), later);
        }
        endIfOver(lookUp);
    }

    /** None of a channel's publications may overtake one that failed. */
    private void abandon(LookUp lookUp, Throwable cause, Later later) {
        owner.onUnanswered();
        for (Waiting next = lookUp.drop(); next != null; next = lookUp.drop()) {
            size--;
            owner.drop(next, cause, later);
        }
        endIfOver(lookUp);
    }

    private void endIfOver(LookUp lookUp) {
        MemoryChannel channel = lookUp.channel;
        if (lookUp.size() == 0 && byChannel.remove(channel.name(), lookUp)) {
            memory.unpin(channel);
        }
    }

    void abandonAll(UnavailableException cause, Later later) {
        for (LookUp lookUp : List.copyOf(byChannel.values())) {
            abandon(lookUp, cause, later);
        }
    }

    /**
     * Abandons those that have waited too long.
     *
     * @return when the oldest of the others came; null if there are none
     */
    @Nullable Long abandonBefore(long sinceNanos, UnavailableException cause, Later later) {
        Long oldest = null;
        for (LookUp lookUp : List.copyOf(byChannel.values())) {
            if (lookUp.sinceNanos() - sinceNanos <= 0) {
                abandon(lookUp, cause, later);
            } else if (oldest == null || lookUp.sinceNanos() - oldest < 0) {
                oldest = lookUp.sinceNanos();
            }
        }
        return oldest;
    }
}
